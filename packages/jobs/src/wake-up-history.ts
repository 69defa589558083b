import type { Run, RunProgress } from '@cbcr/domain';
import { z } from 'zod';

/**
 * How the job of a run has fared so far. It lives in the job's progress field, so it may vanish with Redis: it only spaces retries and
 * stops runs that kill their workers; nothing else depends on it.
 */
const wakeUpHistorySchema = z.object({
  /** Outages in a row without progress between them. */
  outages: z.int().min(0),
  /** The most bytes that any start of the run has reported. */
  highWaterBytes: z.number().min(0),
  /** How many workers had died on the job when the run last made progress. */
  deathsAtProgress: z.int().min(0),
});
export type WakeUpHistory = z.infer<typeof wakeUpHistorySchema>;

export function readWakeUpHistory(jobProgress: unknown): WakeUpHistory {
  const parsed = wakeUpHistorySchema.safeParse(jobProgress);
  return parsed.success ? parsed.data : { outages: 0, highWaterBytes: 0, deathsAtProgress: 0 };
}

/** At the start of a run: `deaths` is how many workers died on its job (BullMQ's stalled counter). */
export function afterDeaths(history: WakeUpHistory, run: Pick<Run, 'progress'>, deaths: number): WakeUpHistory {
  const reached = run.progress?.doneBytes ?? 0;
  if (reached <= history.highWaterBytes) return history;
  return { ...history, highWaterBytes: reached, deathsAtProgress: deaths };
}

/** Workers that died in a row without progress between them. */
export const fruitlessDeaths = (history: WakeUpHistory, deaths: number): number => deaths - history.deathsAtProgress;

/** Progress beyond everything earlier starts a new count of outages. */
export function afterOutage(history: WakeUpHistory, progress: RunProgress | null): WakeUpHistory {
  const reached = progress?.doneBytes ?? 0;
  if (reached <= history.highWaterBytes) return { ...history, outages: history.outages + 1 };
  return { ...history, outages: 1, highWaterBytes: reached };
}
