import { type Clock, toCbcrError } from '@cbcr/domain';
import type { Logger } from '@cbcr/telemetry';

export interface LoopOptions {
  name: string;
  /** The longest pause between two rounds. A round starts sooner when somebody knocks. */
  intervalMs: number;
  clock: Clock;
  logger: Logger;
  signal: AbortSignal;
  /** Does what is due. `again` asks for another round at once. */
  round(): Promise<'again' | 'done'>;
}

export interface Loop {
  /** Starts a round now, or one more after the round that is under way. */
  knock(): void;
  /** Resolves when the signal has aborted and the last round has ended. Never rejects. */
  ended: Promise<void>;
}

/** Repeats a round until the signal aborts. A failing round is logged and tried again at the next turn: rounds are idempotent. */
export function startLoop(options: LoopOptions): Loop {
  let wake = new AbortController();
  const run = async () => {
    while (!options.signal.aborted) {
      const roundWake = new AbortController();
      wake = roundWake;
      const outcome = await attempt(options);
      if (outcome === 'again') continue;
      await options.clock.sleep(options.intervalMs, { signal: AbortSignal.any([options.signal, roundWake.signal]) }).catch(() => undefined);
    }
  };
  return { knock: () => wake.abort(), ended: run() };
}

async function attempt({ name, round, logger, signal }: LoopOptions): Promise<'again' | 'done'> {
  try {
    return await round();
  } catch (error) {
    if (!signal.aborted) {
      const { code, message } = toCbcrError(error);
      logger.warn({ loop: name, code, cause: message }, 'a round failed and is tried again');
    }
    return 'done';
  }
}
