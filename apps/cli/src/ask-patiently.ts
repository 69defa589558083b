import { ApiError } from '@cbcr/client';
import type { Waiting } from './cli.ts';

const patienceMs = 30_000;
const pauseMs = 500;

/**
 * For questions while something is waited for: asks again while the scheduler does not answer. It may be restarting or another one may be
 * taking over, and the work goes on without it. Only for requests that change nothing.
 */
export async function askPatiently<Answer>({ clock, signal }: Omit<Waiting, 'out'>, ask: () => Promise<Answer>): Promise<Answer> {
  const giveUpAtMs = clock.monotonicMs() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isAway = error instanceof ApiError && error.code === 'api.unreachable';
      if (!isAway || signal.aborted || clock.monotonicMs() >= giveUpAtMs) throw error;
      await clock.sleep(pauseMs, { signal });
    }
  }
}
