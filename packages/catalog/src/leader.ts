import type { Clock } from '@cbcr/domain';
import { type ConnectionSettings, connect, withinDeadline } from './connection.ts';
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

/** How often the leader asks its connection for a sign of life, and how long it waits for one. */
const checkEveryMs = 5_000;
const checkTimeoutMs = 5_000;

/** Null when somebody else leads. Throws `catalog.unreachable`. */
export async function tryLead(name: string, settings: ConnectionSettings, clock: Clock): Promise<Leadership | null> {
  const lost = new AbortController();
  const end = (reason: string) => lost.abort(new Error(`the leadership "${name}" ended: ${reason}`));
  const session = connect({ ...settings, max: 1, onClose: () => end('the connection closed') });
  const close = () => session.end({ timeout: 1 }).catch(() => undefined);
  try {
    const asked = session<{ leads: boolean }[]>`select pg_try_advisory_lock(hashtextextended(${`cbcr ${name}`}, 0)) as leads`;
    const [answer] = await withinDeadline(clock, checkTimeoutMs * 2, asked.execute());
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
