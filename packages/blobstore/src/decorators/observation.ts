import { type Clock, type ErrorCode, isCbcrError, type RegionId } from '@cbcr/domain';
import type { BlobStore, CallOptions } from '../blob-store.ts';
import { forwardTo } from './forward.ts';

export type StoreOperation = 'put' | 'get' | 'head' | 'list' | 'delete' | 'erase' | 'lock' | 'probe' | 'ping';

/** One finished call to a store. A call that is retried gives one event per attempt. */
export interface StoreCall {
  region: RegionId;
  operation: StoreOperation;
  /** `aborted`: the caller gave up, which says nothing about the store. Otherwise the code of the error. */
  outcome: 'ok' | 'aborted' | ErrorCode;
  durationMs: number;
  /** Bytes of the body that was stored or read; 0 for a call that failed or has no body. */
  sizeBytes: number;
}

/** Must not throw and must return at once: it is called on the path of every byte. */
export type ObserveStoreCall = (call: StoreCall) => void;

export interface Observation {
  observe: ObserveStoreCall;
  clock: Pick<Clock, 'monotonicMs'>;
}

/** Reports each call with its duration, for metrics and for the health of the region. */
export function withObservation(store: BlobStore, { observe, clock }: Observation): BlobStore {
  const start = (operation: StoreOperation, options: CallOptions | undefined) => {
    const startedMs = clock.monotonicMs();
    const report = (outcome: StoreCall['outcome'], sizeBytes: number) =>
      observe({ region: store.region, operation, outcome, durationMs: clock.monotonicMs() - startedMs, sizeBytes });
    return {
      succeed: (sizeBytes: number) => report('ok', sizeBytes),
      fail: (error: unknown) => report(nameOutcome(error, options?.signal), 0),
    };
  };
  const watch = async <Result>(
    operation: StoreOperation,
    options: CallOptions | undefined,
    call: () => Promise<Result>,
    sizeOf: (result: Result) => number = () => 0,
  ): Promise<Result> => {
    const watched = start(operation, options);
    try {
      const result = await call();
      watched.succeed(sizeOf(result));
      return result;
    } catch (error) {
      watched.fail(error);
      throw error;
    }
  };
  return {
    ...forwardTo(store),
    put: (key, body, options) =>
      watch(
        'put',
        options,
        () => store.put(key, body, options),
        () => body.byteLength,
      ),
    get: (key, options) =>
      watch(
        'get',
        options,
        () => store.get(key, options),
        (body) => body.byteLength,
      ),
    head: (key, options) => watch('head', options, () => store.head(key, options)),
    delete: (key, options) => watch('delete', options, () => store.delete(key, options)),
    probe: (options) => watch('probe', options, () => store.probe(options)),
    ping: (options) => watch('ping', options, () => store.ping(options)),
    list: (prefix, options) => observeList(store.region, () => store.list(prefix, options), options?.signal, { observe, clock }),
    openEraser(permit) {
      const eraser = store.openEraser(permit);
      return {
        scope: eraser.scope,
        listVersions: (options) => observeList(store.region, () => eraser.listVersions(options), options?.signal, { observe, clock }),
        lockOf: (version, options) => watch('lock', options, () => eraser.lockOf(version, options)),
        deleteVersions: (versions, options) => watch('erase', options, () => eraser.deleteVersions(versions, options)),
      };
    },
  };
}

function nameOutcome(error: unknown, signal: AbortSignal | undefined): StoreCall['outcome'] {
  if (isCbcrError(error)) return error.code;
  return signal?.aborted === true ? 'aborted' : 'store.failed';
}

/** The duration of a listing is the time that its pages took, not the time that the reader spent between them. */
async function* observeList<Entry>(
  region: RegionId,
  list: () => AsyncIterable<Entry>,
  signal: AbortSignal | undefined,
  { observe, clock }: Observation,
): AsyncIterable<Entry> {
  const pages = list()[Symbol.asyncIterator]();
  let durationMs = 0;
  let outcome: StoreCall['outcome'] = 'ok';
  try {
    for (;;) {
      const startedMs = clock.monotonicMs();
      const step = await pages.next().finally(() => {
        durationMs += clock.monotonicMs() - startedMs;
      });
      if (step.done === true) return;
      yield step.value;
    }
  } catch (error) {
    outcome = nameOutcome(error, signal);
    throw error;
  } finally {
    observe({ region, operation: 'list', outcome, durationMs, sizeBytes: 0 });
    await pages.return?.();
  }
}
