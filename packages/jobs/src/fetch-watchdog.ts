import { CbcrError, type Clock, toCbcrError } from '@cbcr/domain';
import type { RunLog } from './job-kind.ts';

/** What the watchdog sees of a worker. */
export interface WatchedWorker {
  readonly kind: string;
  hasFreeHands(): boolean;
  /** On the Clock's monotonic time. */
  lastFetchMs(): number;
  /** Jobs that a worker may fetch now. May stay pending for ever. */
  fetchableJobs(): Promise<number>;
}

export interface FetchWatchdogOptions<Worker extends WatchedWorker> {
  /** The workers that fetch now. */
  workers(): readonly Worker[];
  /** Puts a new worker in the place of a dead one. */
  replace(dead: Worker): void;
  /** Puts new connections to Redis in the place of those that look open. */
  reconnect(): void;
  readonly clock: Clock;
  readonly log: RunLog;
  /** How long jobs may wait before free hands without one being fetched. */
  readonly limitMs: number;
}

/**
 * After a failover of Redis a worker may stay connected and never fetch again (BullMQ issues 3088, 3185, 4378), and nothing reports it.
 * So: jobs that wait in front of free hands, for longer than the limit and without a single fetch, mean a dead worker. And a question that
 * Redis leaves without an answer for a quarter of the limit means a dead connection: a failover or a firewall may swallow all that is sent
 * over one that was open before, and nothing in TCP says so for minutes or, behind a proxy, ever.
 */
export function startFetchWatchdog<Worker extends WatchedWorker>(options: FetchWatchdogOptions<Worker>): { stop(): void } {
  const { clock, log, limitMs } = options;
  const stopped = new AbortController();
  const suspectedSince = new Map<Worker, number>();

  const look = async (worker: Worker) => {
    const waiting = await answerOf(worker);
    const waits = worker.hasFreeHands() && waiting > 0;
    const since = suspectedSince.get(worker);
    if (!waits || (since !== undefined && worker.lastFetchMs() > since)) {
      suspectedSince.delete(worker);
      return;
    }
    if (since === undefined) {
      suspectedSince.set(worker, clock.monotonicMs());
      return;
    }
    const idleMs = clock.monotonicMs() - since;
    if (idleMs < limitMs || stopped.signal.aborted) return;
    log.error({ kind: worker.kind, idleMs }, 'Jobs wait and the queue worker fetches none: it is replaced');
    suspectedSince.delete(worker);
    options.replace(worker);
  };

  const answerOf = async (worker: Worker): Promise<number> => {
    const answered = new AbortController();
    const patienceMs = limitMs / 4;
    const tooLate = clock.sleep(patienceMs, { signal: AbortSignal.any([answered.signal, stopped.signal]), unref: true }).then(() => {
      options.reconnect();
      throw new CbcrError('queue.unreachable', { cause: `no answer within ${patienceMs} ms, so its connections are made anew` });
    });
    const answer = worker.fetchableJobs();
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      answered.abort();
      tooLate.catch(() => undefined);
    }
  };

  const loop = async () => {
    for (;;) {
      await clock.sleep(limitMs / 4, { signal: stopped.signal, unref: true });
      for (const worker of options.workers()) {
        try {
          await look(worker);
        } catch (error) {
          if (stopped.signal.aborted) return;
          log.warn({ error: toCbcrError(error).toReport(), kind: worker.kind }, 'The queue cannot be watched');
          // What is wrong with Redis is wrong for all of them.
          break;
        }
      }
    }
  };
  // Ends by rejecting when it is stopped.
  loop().catch(() => undefined);
  return { stop: () => stopped.abort() };
}
