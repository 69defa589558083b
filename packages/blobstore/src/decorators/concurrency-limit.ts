import type { BlobStore } from '../blob-store.ts';
import { untilAborted } from '../until-aborted.ts';
import { forwardTo } from './forward.ts';

/** Below the 64 sockets of the S3 adapter, so that listings, pings and probes always find one. */
const defaultMaxCalls = 48;

/**
 * Lets at most `maxCalls` calls of `put`, `get`, `head`, `delete` and of an eraser run at once; the others wait in the order of their coming. A call
 * that waited for a free socket instead would time out there, and a busy region would look like one that is down.
 */
export function withConcurrencyLimit(store: BlobStore, { maxCalls = defaultMaxCalls }: { maxCalls?: number } = {}): BlobStore {
  let running = 0;
  const waiting = new Set<() => void>();

  const enter = async (signal: AbortSignal | undefined) => {
    signal?.throwIfAborted();
    if (running < maxCalls) {
      running += 1;
      return;
    }
    const turn = Promise.withResolvers<void>();
    waiting.add(turn.resolve);
    try {
      await untilAborted(turn.promise, signal);
    } catch (error) {
      // The turn may have come in the very moment of the abort; then it is the next one's.
      if (!waiting.delete(turn.resolve)) leave();
      throw error;
    }
  };
  /** Hands the place to the one who waits longest: `running` stays as it is. */
  const leave = () => {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  };
  const limit = async <Result>(signal: AbortSignal | undefined, call: () => Promise<Result>): Promise<Result> => {
    await enter(signal);
    try {
      return await call();
    } finally {
      leave();
    }
  };

  return {
    ...forwardTo(store),
    put: (key, body, options) => limit(options.signal, () => store.put(key, body, options)),
    get: (key, options) => limit(options?.signal, () => store.get(key, options)),
    head: (key, options) => limit(options?.signal, () => store.head(key, options)),
    delete: (key, options) => limit(options?.signal, () => store.delete(key, options)),
    openEraser(permit) {
      const eraser = store.openEraser(permit);
      return {
        scope: eraser.scope,
        listVersions: (options) => eraser.listVersions(options),
        lockOf: (version, options) => limit(options?.signal, () => eraser.lockOf(version, options)),
        deleteVersions: (versions, options) => limit(options?.signal, () => eraser.deleteVersions(versions, options)),
      };
    },
  };
}
