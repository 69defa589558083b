import { CbcrError } from '@cbcr/domain';
import Bottleneck from 'bottleneck';
import { type Priority, rankOf } from './priority.ts';

/** Those of one process who wait for bytes of one link, by priority. Counts in KiB: Bottleneck's weights are 32-bit integers. */
export interface SpendQueue {
  /** What is asked for and not yet covered by a release. */
  readonly shortKiB: number;
  /** Resolves when so much was released for this one. Rejects with the signal's reason at once when it aborts. */
  spend(weightKiB: number, priority: Priority, signal?: AbortSignal | undefined): Promise<void>;
  release(amountKiB: number): void;
  /** Throws `throttle.closed` after `close`. */
  throwIfClosed(): void;
  /** Everybody who waits is told that no bytes will come. */
  close(): void;
}

export function createSpendQueue(): SpendQueue {
  const limiter = new Bottleneck({ reservoir: 0 });
  const closing = new AbortController();
  let queuedKiB = 0;
  let reservoirKiB = 0;
  // Bottleneck reports defects of its own here; without a listener they would be lost, and a task's failures come back by its promise.
  limiter.on('error', (error) => closing.abort(error));

  const release = (amountKiB: number) => {
    reservoirKiB += amountKiB;
    void limiter.incrementReservoir(amountKiB);
  };

  return {
    get shortKiB() {
      return queuedKiB - reservoirKiB;
    },
    async spend(weightKiB, priority, given) {
      const signal = given === undefined ? closing.signal : AbortSignal.any([closing.signal, given]);
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = () => {
        // A queued job cannot be removed. It stays, as a debt that is paid here and now, and takes what it was given when its turn comes. What
        // was released for it already is not given twice: it would be credit, which the next ones could spend at once, whatever the limit is then.
        release(Math.min(weightKiB, Math.max(0, queuedKiB - reservoirKiB)));
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queuedKiB += weightKiB;
      const job = async () => {
        queuedKiB -= weightKiB;
        reservoirKiB -= weightKiB;
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      limiter.schedule({ weight: weightKiB, priority: rankOf(priority) }, job).catch(reject);
      await promise;
    },
    release,
    throwIfClosed: () => closing.signal.throwIfAborted(),
    close: () => closing.abort(new CbcrError('throttle.closed', {})),
  };
}
