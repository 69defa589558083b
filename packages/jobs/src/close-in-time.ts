import type { Clock } from '@cbcr/domain';
import type { CancelChannel } from './cancel-channel.ts';
import type { RunLog } from './job-kind.ts';
import type { KindWorker } from './kind-worker.ts';
import { closeConnection, type SharedConnection } from './redis-connection.ts';
import type { RunningRuns } from './running-runs.ts';

export interface Closing {
  readonly running: RunningRuns;
  readonly workers: readonly KindWorker[];
  readonly cancels: CancelChannel;
  readonly connection: SharedConnection;
  readonly clock: Clock;
  readonly log: RunLog;
  readonly deadlineMs: number;
}

/** Until which part of the deadline each step may last; the rest is for what the event loop still has to do. */
const until = { windUp: 0.6, handBack: 0.8, closeWorkers: 0.88, hangUp: 0.92 };

/** Every step is bounded, so that the whole returns before the deadline even when Redis, the catalog and the handlers all hang. */
export async function closeInTime(closing: Closing): Promise<void> {
  const { running, workers, cancels, connection, clock, log, deadlineMs } = closing;
  const startMs = clock.monotonicMs();
  const left = (share: number) => Math.max(0, startMs + deadlineMs * share - clock.monotonicMs());

  for (const worker of workers) worker.pause().catch(() => undefined);
  running.stopAll();
  if (!(await within(clock, left(until.windUp), running.whenIdle()))) {
    log.error({ runs: running.size() }, 'Handlers ignore the end of the worker: their runs are handed back without them');
    running.abandonAll();
    await within(clock, left(until.handBack), running.whenIdle());
  }
  const closed = Promise.allSettled(workers.map((worker) => worker.close()));
  if (!(await within(clock, left(until.closeWorkers), closed)))
    log.warn({ runs: running.size() }, 'The queue workers did not close in time: hanging up');
  await within(clock, left(until.hangUp), Promise.allSettled([cancels.close(), closeConnection(connection.client)]));
  connection.hangUp();
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
