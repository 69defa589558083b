import { CbcrError, type Clock } from '@cbcr/domain';
import type { BlobStore } from '../src/blob-store.ts';

/**
 * What may happen to one call:
 * `fail` it fails at once, `stall` it does nothing until it is aborted, `ignore-abort` it does nothing for `ms`, whatever the signal says,
 * `delay` it is slow, `change` the bytes that were read are others.
 */
export type Fault =
  | { kind: 'fail' }
  | { kind: 'stall' }
  | { kind: 'ignore-abort'; ms: number }
  | { kind: 'delay'; ms: number }
  | { kind: 'change'; change: (bytes: Buffer) => Buffer };

export interface Call {
  operation: 'put' | 'get' | 'delete';
  key: string;
  /** Counts the calls of this operation, from 0. */
  index: number;
}

export interface FaultyStore extends BlobStore {
  /** The faults that really happened. A test whose planted fault is not in here proves nothing. */
  readonly fired: { call: Call; fault: Fault }[];
  /** Puts and gets that are running now. */
  readonly running: number;
}

/** Plants faults around a store; `plan` decides for each call. */
export function withFaults(store: BlobStore, clock: Clock, plan: (call: Call) => Fault | null): FaultyStore {
  const fired: FaultyStore['fired'] = [];
  const counts = { put: 0, get: 0, delete: 0 };
  let running = 0;

  const suffer = async (fault: Fault | null, operation: Call['operation'], signal: AbortSignal | undefined): Promise<void> => {
    if (fault?.kind === 'fail') throw new CbcrError('store.unreachable', { region: store.region, cause: `planted at ${operation}` });
    if (fault?.kind === 'delay') await clock.sleep(fault.ms, { signal });
    if (fault?.kind === 'ignore-abort') await clock.sleep(fault.ms);
    if (fault?.kind === 'stall') {
      await new Promise((_resolve, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
  };
  const run = async <Result>(
    operation: Call['operation'],
    key: string,
    signal: AbortSignal | undefined,
    work: (fault: Fault | null) => Promise<Result>,
  ): Promise<Result> => {
    const call = { operation, key, index: counts[operation]++ };
    const fault = plan(call);
    if (fault !== null) fired.push({ call, fault });
    running += 1;
    try {
      await suffer(fault, operation, signal);
      return await work(fault);
    } finally {
      running -= 1;
    }
  };

  return {
    region: store.region,
    fired,
    get running() {
      return running;
    },
    put: (key, body, options) => run('put', key, options.signal, () => store.put(key, body, options)),
    get: (key, options) =>
      run('get', key, options?.signal, async (fault) => {
        const { buffer, byteOffset, byteLength } = await store.get(key, options);
        const bytes = Buffer.from(buffer, byteOffset, byteLength);
        return fault?.kind === 'change' ? fault.change(bytes) : bytes;
      }),
    delete: (key, options) => run('delete', key, options?.signal, () => store.delete(key, options)),
    head: (key, options) => store.head(key, options),
    list: (prefix, options) => store.list(prefix, options),
    openEraser: (permit) => store.openEraser(permit),
    probe: (options) => store.probe(options),
    ping: (options) => store.ping(options),
    close: () => store.close(),
  };
}
