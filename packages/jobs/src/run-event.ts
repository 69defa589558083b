import type { RegionId, RunId } from '@cbcr/domain';
import type { RunOutcome } from './run-outcome.ts';

/** For metrics. `durationMs` counts from the start of this attempt; it is 0 for `started`. */
export interface RunEvent {
  readonly type: 'started' | RunOutcome['type'];
  readonly kind: string;
  readonly region: RegionId;
  readonly runId: RunId;
  readonly durationMs: number;
}
