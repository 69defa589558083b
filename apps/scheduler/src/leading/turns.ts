import { type Clock, toCbcrError } from '@cbcr/domain';
import type { Logger } from '@cbcr/telemetry';

/** The turns of one round, of which one that fails keeps none of the others from theirs. */
export interface Turns {
  /** Never throws what is about this turn alone: it is logged, with `about` and its code. Throws when the catalog is away, for then it is about none of them. */
  take(about: Readonly<Record<string, string>>, turn: () => Promise<void>): Promise<void>;
  /** Ends the round: throws the first error of those that failed in it. */
  end(): void;
}

/** What goes wrong round after round is said once in this time. */
const sayAgainMs = 60_000;

export function createTurns({ clock, logger }: { clock: Clock; logger: Logger }): Turns {
  const saidAtMs = new Map<string, number>();
  let failed: { error: unknown } | null = null;
  return {
    async take(about, turn) {
      try {
        await turn();
      } catch (error) {
        const { code, message, treatment } = toCbcrError(error);
        if (treatment === 'outage' && code.startsWith('catalog.')) {
          failed = null;
          throw error;
        }
        failed ??= { error };
        const what = JSON.stringify([about, code]);
        if (clock.monotonicMs() - (saidAtMs.get(what) ?? Number.NEGATIVE_INFINITY) < sayAgainMs) return;
        saidAtMs.set(what, clock.monotonicMs());
        logger.warn(
          { ...about, code, cause: message },
          'what a round has to do here failed and is tried again; it goes on with the others',
        );
      }
    },
    end() {
      const first = failed;
      failed = null;
      if (first !== null) throw first.error;
    },
  };
}
