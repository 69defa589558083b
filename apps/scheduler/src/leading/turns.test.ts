import { CbcrError, systemClock as clock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const fail = (error: Error) => async () => {
  throw error;
};

test('one that fails keeps none of the others from their turn, and the round ends with what went wrong first', async () => {
  const turns = createTurns({ clock, logger });
  const done: string[] = [];
  const first = new CbcrError('policy.none-applies', { instance: 'shop', known: 'none' });
  await turns.take({ instance: 'shop' }, fail(first));
  await turns.take({ instance: 'billing' }, fail(new RangeError('a bug')));
  await turns.take({ instance: 'users' }, async () => void done.push('users'));
  expect(done).toEqual(['users']);
  expect(turns.end).toThrow(first);
  // The next round is another one.
  await turns.take({ instance: 'users' }, async () => void done.push('users'));
  expect(turns.end).not.toThrow();
});

test('a catalog that is away is about none of them: the round ends', async () => {
  const turns = createTurns({ clock, logger });
  const away = new CbcrError('catalog.unreachable', { cause: 'down' });
  await expect(turns.take({ instance: 'shop' }, fail(away))).rejects.toBe(away);
  expect(turns.end).not.toThrow();
});
