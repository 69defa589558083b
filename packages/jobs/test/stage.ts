import { randomBytes, randomInt } from 'node:crypto';
import type { CbcrError, Clock, Run } from '@cbcr/domain';
import type { JobHandler, RunLog } from '../src/job-kind.ts';
import { createQueues, type Queues } from '../src/queues.ts';
import type { RequestIntake } from '../src/request-intake.ts';
import type { RunEvent } from '../src/run-event.ts';
import type { RuntimeTiming } from '../src/runtime-timing.ts';
import { createWorkerRuntime, type WorkerRuntime } from '../src/worker-runtime.ts';
import { createLedgerFake, type LedgerFake } from './ledger-fake.ts';
import { sampleKinds, sampleRegion, sampleRun } from './sample-runs.ts';

export type CopyingHandler = JobHandler<{ size: number }, { done: number }>;

/** Everything faster than in production, so that a test sees in seconds what takes minutes there; a lock outlasts what holds a busy machine up. */
export const quickTiming: Partial<RuntimeTiming> = {
  lockDurationMs: 4_000,
  stalledIntervalMs: 500,
  heartbeatMs: 50,
  abortGraceMs: 300,
  abandonAfterMs: 1_000,
  outageBackoff: { minMs: 30, maxMs: 200 },
  attemptBackoff: { minMs: 30, maxMs: 200 },
};

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: object;
}

/** Queues, a ledger and workers on a real Redis, apart from every other test by their namespace. */
export interface Stage {
  readonly ledger: LedgerFake;
  readonly queues: Queues<'copying'>;
  readonly namespace: string;
  readonly redisUrl: string;
  readonly lines: LogLine[];
  readonly events: RunEvent[];
  readonly queueErrors: CbcrError[];
  startWorker(handler: CopyingHandler, timing?: Partial<RuntimeTiming>, requests?: RequestIntake): WorkerRuntime;
  /** Adds a run to the ledger and wakes it. */
  submit(changes?: Partial<Run>): Promise<Run>;
  /** Fails the test with `what` when the condition does not come true in time. */
  eventually(what: string, condition: () => boolean | Promise<boolean>, deadlineMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** `machineClock`: the one that BullMQ sees, where it is not the one that everybody shares. */
export function createStage(redisUrl: string, clock: Clock, machineClock = clock): Stage {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const ledger = createLedgerFake(clock);
  const lines: LogLine[] = [];
  const events: RunEvent[] = [];
  const queueErrors: CbcrError[] = [];
  const runtimes: WorkerRuntime[] = [];
  const log = recordingLog(lines);
  const queues = createQueues({
    redisUrlFor: () => redisUrl,
    kinds: sampleKinds,
    clock,
    namespace,
    onError: (error) => queueErrors.push(error),
  });
  return {
    ledger,
    queues,
    namespace,
    redisUrl,
    lines,
    events,
    queueErrors,
    startWorker(handler, timing = {}, requests) {
      const runtime = createWorkerRuntime({
        region: sampleRegion,
        workerId: `worker-${runtimes.length + 1}`,
        redisUrl,
        kinds: sampleKinds,
        handlers: { copying: handler },
        ledger,
        ...(requests === undefined ? {} : { requests }),
        clock,
        machineClock,
        random: () => randomInt(2 ** 32) / 2 ** 32,
        log,
        logFor: () => log,
        onRunEvent: (event) => events.push(event),
        timing: { ...quickTiming, ...timing },
        namespace,
      });
      runtimes.push(runtime);
      return runtime;
    },
    async submit(changes) {
      const run = sampleRun(changes);
      ledger.add(run);
      await queues.enqueue({ kind: 'copying', region: sampleRegion, runId: run.id });
      return run;
    },
    async eventually(what, condition, deadlineMs = 60_000) {
      const deadline = clock.monotonicMs() + deadlineMs;
      while (!(await condition())) {
        if (clock.monotonicMs() > deadline) throw new Error(`It did not happen within ${deadlineMs} ms: ${what}`);
        await clock.sleep(10);
      }
    },
    async close() {
      await Promise.all(runtimes.map((runtime) => runtime.close({ deadlineMs: 3_000 })));
      await queues.close();
    },
  };
}

export function recordingLog(lines: LogLine[]): RunLog {
  const at = (level: LogLine['level']) => (facts: object, message: string) => {
    lines.push({ level, message, facts });
  };
  const log: RunLog = { info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return log;
}
