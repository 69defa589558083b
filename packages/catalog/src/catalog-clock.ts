import type { Clock } from '@cbcr/domain';

/** A Clock that tells the time of the catalog's server. */
export interface CatalogClock extends Clock {
  /**
   * Asks for the server's time, and again every few seconds until `stop`. Rejects when the first answer does not come; later ones may fail:
   * the time that is known goes on.
   */
  follow(ask: () => Promise<Date>): Promise<void>;
  stop(): void;
}

/** Quartz drifts by a twentieth of a millisecond a second; what may jump is the server, when another one takes over. */
const askEveryMs = 5_000;
/** An answer that took longer says too little about when it was given. */
const promptMs = 1_000;

/**
 * Processes on different machines compare moments: has the worker been silent for too long, is the run due, which point is newer. The clocks of
 * machines differ, by an hour where somebody has set one wrong, so that all of them use one: the catalog's. Between two answers its time goes on
 * with the monotonic clock of the machine, whatever becomes of the machine's time of day. Before the first answer it is the machine's.
 */
export function createCatalogClock(machine: Clock): CatalogClock {
  const stopped = new AbortController();
  let known: { serverMs: number; atMs: number } | null = null;

  async function ask(question: () => Promise<Date>): Promise<void> {
    const askedMs = machine.monotonicMs();
    const server = await question();
    const atMs = machine.monotonicMs();
    if (known !== null && atMs - askedMs > promptMs) return;
    known = { serverMs: server.getTime() + (atMs - askedMs) / 2, atMs };
  }

  async function keepAsking(question: () => Promise<Date>): Promise<void> {
    while (!stopped.signal.aborted) {
      await machine.sleep(askEveryMs, { signal: stopped.signal, unref: true }).catch(() => undefined);
      if (!stopped.signal.aborted) await ask(question).catch(() => undefined);
    }
  }

  return {
    ...machine,
    now: () => (known === null ? machine.now() : new Date(known.serverMs + (machine.monotonicMs() - known.atMs))),
    async follow(question) {
      await ask(question);
      void keepAsking(question);
    },
    stop: () => stopped.abort(new Error('the clock is no longer followed')),
  };
}
