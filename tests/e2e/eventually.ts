import { waitUntil } from '@cbcr/testkit';

/** Waits for a condition; the failure names it. `condition` may throw while what it asks is away. */
export async function eventually<Value>(
  what: string,
  condition: () => Promise<Value | undefined | false | null>,
  deadlineMs = 180_000,
): Promise<Value> {
  let lastError: unknown;
  const value = await waitUntil(
    async () => {
      try {
        return await condition();
      } catch (error) {
        lastError = error;
        return undefined;
      }
    },
    { deadlineMs, intervalMs: 100 },
  );
  if (value) return value;
  throw new Error(`not seen in ${deadlineMs} ms: ${what}`, { cause: lastError });
}
