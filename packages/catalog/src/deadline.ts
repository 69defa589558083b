import { CbcrError, type Clock } from '@cbcr/domain';

/** postgres.js can wait for ever when a server closes the connection during start-up, so every wait ends here at the latest. */
export async function withinDeadline<Result>(clock: Clock, deadlineMs: number, work: Promise<Result>): Promise<Result> {
  const settled = new AbortController();
  const deadline = clock.sleep(deadlineMs, { signal: settled.signal, unref: true }).then(
    () => {
      throw new CbcrError('catalog.unreachable', { cause: `no answer within ${Math.round(deadlineMs / 1000)} s` });
    },
    // Settled in time: this side of the race has nothing to say.
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([work, deadline]);
  } finally {
    settled.abort();
  }
}
