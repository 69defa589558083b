import type { Clock } from '@cbcr/domain';
import type { CancelChannel } from './cancel-channel.ts';
import type { RunLog } from './job-kind.ts';
import { closeConnection, type SharedConnection } from './redis-connection.ts';
import type { RunningRuns } from './running-runs.ts';
import type { WorkerCrew } from './worker-crew.ts';

export interface Closing {
  readonly running: RunningRuns;
  readonly crew: WorkerCrew;
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
  const { running, crew, cancels, connection, clock, log, deadlineMs } = closing;
  const startMs = clock.monotonicMs();
  const left = (share: number) => Math.max(0, startMs + deadlineMs * share - clock.monotonicMs());

  crew.pause();
  running.stopAll();
  if (!(await within(clock, left(until.windUp), running.whenIdle()))) {
    log.error({ runs: running.size() }, 'Handlers ignore the end of the worker: their runs are handed back without them');
    running.abandonAll();
    await within(clock, left(until.handBack), running.whenIdle());
  }
  // Without Redis no queue worker can say goodbye, however long one waits.
  const patienceMs = connection.client.status === 'ready' ? left(until.closeWorkers) : Math.min(1_000, left(until.closeWorkers));
  if (!(await within(clock, patienceMs, crew.close()))) {
    log.warn({ runs: running.size() }, 'The queue workers did not close in time: hanging up');
  }
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
