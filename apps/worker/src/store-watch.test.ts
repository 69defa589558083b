import { CbcrError, systemClock } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createStoreWatch } from './store-watch.ts';

const unreachable = () => new CbcrError('store.unreachable', { region: 'somewhere', cause: 'ECONNREFUSED' });

function watchOf(...answers: ('ok' | 'away')[]) {
  const store = {
    ping: async () => {
      if (answers.shift() === 'away') throw unreachable();
    },
  };
  return createStoreWatch(store, systemClock);
}

test('a store that never answered is not counted as up', async () => {
  const watch = watchOf('away');
  expect(await watch.look()).toMatchObject({ ok: false });
});

test('one lost ping does not take a region down, the second does, and the first answer brings it back', async () => {
  const watch = watchOf('ok', 'away', 'away', 'ok');
  const seen = [];
  for (let i = 0; i < 4; i++) seen.push((await watch.look()).ok);
  expect(seen).toEqual([true, true, false, true]);
});

test('a store that accepts the connection and says nothing counts as away', async () => {
  let sawAbort = false;
  const silent = {
    ping: ({ signal }: { signal?: AbortSignal | undefined } = {}) =>
      new Promise<void>((_, reject) => {
        signal?.addEventListener('abort', () => {
          sawAbort = true;
          reject(signal.reason);
        });
      }),
  };
  const clock = { ...systemClock, sleep: async () => {} };
  expect(await createStoreWatch(silent, clock).look()).toMatchObject({ ok: false, reason: expect.stringContaining('no answer') });
  expect(sawAbort).toBe(true);
});
