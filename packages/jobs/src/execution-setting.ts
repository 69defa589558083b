import type { Clock, RegionId, Run } from '@cbcr/domain';
import type { RunLog } from './job-kind.ts';
import type { RequestIntake } from './request-intake.ts';
import type { RunEvent } from './run-event.ts';
import type { RunLedger } from './run-ledger.ts';
import type { RunningRuns } from './running-runs.ts';
import type { RuntimeTiming } from './runtime-timing.ts';

/** What every execution in a worker process shares. */
export interface ExecutionSetting {
  readonly region: RegionId;
  readonly workerId: string;
  readonly ledger: RunLedger;
  readonly requests?: RequestIntake | undefined;
  readonly clock: Clock;
  /** BullMQ reckons delays by the machine's time of day, right or wrong. */
  readonly machineClock: Clock;
  random(): number;
  readonly log: RunLog;
  logFor(run: Run): RunLog;
  onRunEvent(event: RunEvent): void;
  readonly timing: RuntimeTiming;
  readonly running: RunningRuns;
}
