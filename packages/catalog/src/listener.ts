import type { Clock } from '@cbcr/domain';
import type postgres from 'postgres';
import { type Channel, channels } from './channels.ts';
import { type ConnectionSettings, connect } from './connect.ts';
import { withinDeadline } from './deadline.ts';

export interface NotificationHandler {
  /** Called with the id that changed. */
  onNotification(id: string): void;
  /** Called whenever the connection begins to listen, the first time included: what happened before may have been missed, so read. */
  onListening?(): void;
}

/** One connection for all channels of a process, made anew whenever it breaks. */
export interface Listener {
  /** Returns the way to stop. */
  listen(channel: Channel, handler: NotificationHandler): () => void;
  close(): Promise<void>;
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;

/**
 * postgres.js has a `listen` of its own, which gives a channel up when its first attempt to reconnect fails. This one never does:
 *
 *   idle → (first handler) → connecting → listening → (connection closes) → pausing → connecting …; close() ends it from anywhere.
 */
export function createListener(settings: ConnectionSettings, clock: Clock, onError: (error: unknown) => void): Listener {
  const handlers = new Map<string, Set<NotificationHandler>>();
  const closing = new AbortController();
  let session: postgres.Sql | null = null;
  let loop: Promise<void> | null = null;

  const guarded = (call: () => void) => {
    try {
      call();
    } catch (error) {
      onError(error);
    }
  };

  async function listenOnce(): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const current = connect({
      ...settings,
      statementTimeoutMs: 10_000,
      onClose: ended.resolve,
      onNotification: (channel, payload) => {
        for (const handler of handlers.get(channel) ?? []) guarded(() => handler.onNotification(payload));
      },
    });
    try {
      const names = Object.values(channels).map((name) => `listen ${name}`);
      await withinDeadline(clock, 20_000, current.unsafe(names.join(';')).execute());
      session = current;
      for (const handler of [...handlers.values()].flatMap((set) => [...set])) guarded(() => handler.onListening?.());
      const stopped = new Promise<void>((resolve) => closing.signal.addEventListener('abort', () => resolve(), { once: true }));
      await Promise.race([ended.promise, stopped, watch(current)]);
    } finally {
      session = null;
      await current.end({ timeout: 1 });
    }
  }

  /** A connection that vanished without a word looks idle for ever; asking finds it out. */
  async function watch(current: postgres.Sql): Promise<void> {
    for (;;) {
      await clock.sleep(15_000, { signal: closing.signal, unref: true });
      await withinDeadline(clock, 10_000, current`select 1`.execute());
    }
  }

  async function keepListening(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!closing.signal.aborted) {
      const began = clock.monotonicMs();
      try {
        await listenOnce();
      } catch (error) {
        if (!closing.signal.aborted) onError(error);
      }
      if (clock.monotonicMs() - began > longestPauseMs) pauseMs = firstPauseMs;
      await clock.sleep(pauseMs, { signal: closing.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  return {
    listen(channel, handler) {
      const name = channels[channel];
      const set = handlers.get(name) ?? new Set();
      handlers.set(name, set.add(handler));
      loop ??= keepListening();
      if (session !== null) guarded(() => handler.onListening?.());
      return () => {
        set.delete(handler);
      };
    },
    async close() {
      closing.abort(new Error('the listener was closed'));
      await loop;
    },
  };
}
