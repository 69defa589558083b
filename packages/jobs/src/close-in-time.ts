import type { Clock } from '@cbcr/domain';
import type { Redis } from 'ioredis';
import type { CancelChannel } from './cancel-channel.ts';
import type { RunLog } from './job-kind.ts';
import type { KindWorker } from './kind-worker.ts';
import { closeConnection } from './redis-connection.ts';
import type { RunningRuns } from './running-runs.ts';

export interface Closing {
  readonly running: RunningRuns;
  readonly workers: readonly KindWorker[];
  readonly cancels: CancelChannel;
  readonly connection: Redis;
  readonly clock: Clock;
  readonly log: RunLog;
  readonly deadlineMs: number;
}

/** Parts of the deadline: handlers may wind up until the first, runs are handed back without their handlers until the second. */
const windUpShare = 0.7;
const handBackShare = 0.9;

/** Every step is bounded, so that the whole returns before the deadline even when Redis, the catalog and the handlers all hang. */
export async function closeInTime(closing: Closing): Promise<void> {
  const { running, workers, cancels, connection, clock, log, deadlineMs } = closing;
  const startMs = clock.monotonicMs();
  const until = (share: number) => Math.max(0, startMs + deadlineMs * share - clock.monotonicMs());

  for (const worker of workers) worker.pause().catch(() => undefined);
  running.stopAll();
  if (!(await within(clock, until(windUpShare), running.whenIdle()))) {
    log.error({ runs: running.size() }, 'Handlers ignore the end of the worker: their runs are handed back without them');
    running.abandonAll();
    await within(clock, until(handBackShare), running.whenIdle());
  }
  const closed = Promise.allSettled(workers.map((worker) => worker.close()));
  if (!(await within(clock, until(0.95), closed)))
    log.warn({ runs: running.size() }, 'The queue workers did not close in time: hanging up');
  await within(clock, until(0.98), Promise.allSettled([cancels.close(), closeConnection(connection)]));
  connection.disconnect();
}

/** True when it happened in time. */
async function within(clock: Clock, ms: number, happening: Promise<unknown>): Promise<boolean> {
  const done = new AbortController();
  try {
    return await Promise.race([happening.then(() => true), clock.sleep(ms, { signal: done.signal }).then(() => false)]);
  } finally {
    done.abort();
  }
}
