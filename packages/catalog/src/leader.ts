import type { Clock } from '@cbcr/domain';
import { type ConnectionSettings, connect } from './connect.ts';
import { withinDeadline } from './deadline.ts';
import { translateError } from './translate-error.ts';

/**
 * A session-level advisory lock on a connection of its own: the server frees it when the connection ends, whatever became of the process.
 * A leader that cannot hear the server does not know whether it still leads, so it counts the leadership as lost.
 */
export interface Leadership {
  /** Aborts when the leadership is lost or was released. Work under it must stop then. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

export interface LeaderTiming {
  /** How often the leader asks its connection for a sign of life. */
  checkEveryMs: number;
  /** How long it waits for one. Both together must stay below the 25 s after which the server gives up a silent client. */
  checkTimeoutMs: number;
}
const defaultTiming: LeaderTiming = { checkEveryMs: 5_000, checkTimeoutMs: 5_000 };

/** Null when somebody else leads. Throws `catalog.unreachable`. */
export async function tryLead(
  name: string,
  settings: ConnectionSettings,
  clock: Clock,
  timing: LeaderTiming = defaultTiming,
): Promise<Leadership | null> {
  const { checkEveryMs, checkTimeoutMs } = timing;
  const lost = new AbortController();
  const end = (reason: string) => lost.abort(new Error(`the leadership "${name}" ended: ${reason}`));
  const session = connect({ ...settings, onClose: () => end('the connection closed') });
  const close = () => session.end({ timeout: 1 }).catch(() => undefined);
  try {
    const asked = session<{ leads: boolean }[]>`select pg_try_advisory_lock(hashtextextended(${`cbcr ${name}`}, 0)) as leads`;
    const [answer] = await withinDeadline(clock, 15_000, asked.execute());
    if (answer?.leads !== true || lost.signal.aborted) {
      await close();
      return null;
    }
  } catch (error) {
    await close();
    throw translateError(error);
  }

  const watch = async () => {
    while (!lost.signal.aborted) {
      await clock.sleep(checkEveryMs, { signal: lost.signal, unref: true });
      await withinDeadline(clock, checkTimeoutMs, session`select 1`.execute());
    }
  };
  watch().catch(() => {
    end('the connection does not answer');
    return close();
  });

  return {
    signal: lost.signal,
    async release() {
      end('released');
      await close();
    },
  };
}
