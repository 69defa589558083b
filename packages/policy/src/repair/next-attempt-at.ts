const firstDelayMs = 15_000;
/** A debt is tried at least twice an hour, so that it is repaid soon after whatever was broken is mended. */
const longestDelayMs = 1_800_000;

/** When to try again after `attempts` failures: 15 s, doubled each time, at most 30 minutes. */
export function nextAttemptAt(attempts: number, now: Date): Date {
  const doublings = Math.min(Math.max(0, Math.trunc(attempts) - 1), 16);
  return new Date(now.getTime() + Math.min(firstDelayMs * 2 ** doublings, longestDelayMs));
}
