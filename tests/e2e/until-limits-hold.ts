import { systemClock } from '@cbcr/domain';
import { eventually } from './eventually.ts';

/** A limit that was just set is kept within a second, also by a worker that moved bytes without one until now. */
export async function untilLimitsHold(): Promise<void> {
  const setMs = systemClock.monotonicMs();
  await eventually('every worker has heard of the limit', async () => systemClock.monotonicMs() > setMs + 1_000);
}
