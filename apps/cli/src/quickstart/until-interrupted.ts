/** Gives up waiting when the signal aborts. The work itself goes on; how it ends is then nobody's business. */
export async function untilInterrupted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  const settled = new AbortController();
  const interrupted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    settled.abort();
  }
}
