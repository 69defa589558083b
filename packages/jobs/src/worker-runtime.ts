import type { Clock, RegionId, Run } from '@cbcr/domain';
import type { Redis } from 'ioredis';
import { listenForCancels } from './cancel-channel.ts';
import { closeInTime } from './close-in-time.ts';
import type { ExecutionSetting } from './execution-setting.ts';
import { bindHandlers, type HandlersOf, type KindCatalogue } from './handlers.ts';
import type { RunLog } from './job-kind.ts';
import { startKindWorker } from './kind-worker.ts';
import { connectSharedWorker } from './redis-connection.ts';
import { findEvictionProblem } from './redis-eviction.ts';
import type { RequestIntake } from './request-intake.ts';
import type { RunEvent } from './run-event.ts';
import type { RunLedger } from './run-ledger.ts';
import { createRunningRuns } from './running-runs.ts';
import { defaultRuntimeTiming, type RuntimeTiming } from './runtime-timing.ts';
import { startWorkerCrew } from './worker-crew.ts';

export interface WorkerRuntimeOptions<Kinds extends KindCatalogue> {
  readonly region: RegionId;
  /** Names this process in the catalog and in Redis. */
  readonly workerId: string;
  readonly redisUrl: string;
  readonly kinds: Kinds;
  /** Exactly one for each kind. */
  readonly handlers: HandlersOf<Kinds>;
  readonly ledger: RunLedger;
  /** Decides about what producers put into the queues. Absent: every such request is refused. */
  readonly requests?: RequestIntake;
  /** For everything that other processes compare. */
  readonly clock: Clock;
  /** The clock of this machine, by which BullMQ reckons; `clock` when absent. */
  readonly machineClock?: Clock;
  /** Uniform in [0, 1), for the jitter of pauses. */
  random(): number;
  readonly log: RunLog;
  logFor(run: Run): RunLog;
  onRunEvent?(event: RunEvent): void;
  readonly timing?: Partial<RuntimeTiming>;
  readonly namespace?: string;
}

export interface WorkerRuntime {
  /** Runs that are worked on now. */
  running(): number;
  /** Whether the connection to Redis stands. */
  isConnected(): boolean;
  /**
   * Stops fetching, tells every run to stop (`run.handed-back`), gives the runs back so that another worker gets them at once, and hangs
   * up. Always returns before the deadline (default: `timing.shutdownDeadlineMs`); a second call joins the first.
   */
  close(options?: { deadlineMs?: number }): Promise<void>;
}

/**
 * Works on the queues of one region from now on. Redis may be away: the workers start when it comes.
 * Throws `run.handlers-mismatched` when a kind has no handler.
 */
export function createWorkerRuntime<Kinds extends KindCatalogue>(options: WorkerRuntimeOptions<Kinds>): WorkerRuntime {
  const { region, clock, log, namespace, redisUrl } = options;
  const bound = bindHandlers(options.kinds, options.handlers);
  const timing = { ...defaultRuntimeTiming, ...options.timing };
  const running = createRunningRuns();
  const setting: ExecutionSetting = {
    region,
    workerId: options.workerId,
    ledger: options.ledger,
    requests: options.requests,
    clock,
    machineClock: options.machineClock ?? clock,
    random: options.random,
    log,
    logFor: options.logFor,
    onRunEvent: options.onRunEvent ?? (() => undefined),
    timing,
    running,
  };
  const connection = connectSharedWorker({
    url: redisUrl,
    onError: (error) => log.warn({ error: error.toReport() }, 'Redis is away: the worker waits for it'),
  });
  warnOfEviction(connection.client, log);
  const crew = startWorkerCrew({
    kinds: bound,
    start: (kind) => startKindWorker(kind, connection.client, setting, namespace),
    reconnect: connection.reconnect,
    clock,
    log,
    fetchWatchdogMs: timing.fetchWatchdogMs,
  });
  const cancels = listenForCancels({ redisUrl, region, ...(namespace === undefined ? {} : { namespace }) }, (runId) =>
    running.find(runId)?.beatNow(),
  );
  let closing: Promise<void> | undefined;
  return {
    running: running.size,
    isConnected: () => closing === undefined && connection.client.status === 'ready',
    close: ({ deadlineMs = timing.shutdownDeadlineMs } = {}) => {
      closing ??= closeInTime({ running, crew, cancels, connection, clock, log, deadlineMs });
      return closing;
    },
  };
}

function warnOfEviction(client: Redis, log: RunLog): void {
  client.once('ready', () => {
    findEvictionProblem(client).then(
      (problem) => {
        if (problem !== null) log.warn({}, problem);
      },
      // Redis went away again; the connection reports that itself.
      () => undefined,
    );
  });
}
