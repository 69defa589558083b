import type { Clock } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createClient } from './client.ts';
import type { RunView } from './views/run.ts';

const id = `run_${'0'.repeat(26)}`;
const run = (state: RunView['state']): RunView => ({
  ...{ id, kind: 'backup', region: 'north', instance: 'shop', point: null, state, epoch: 1, attempts: 0, requestedBy: 'api' },
  ...{ cancelRequested: false, createdAt: '2026-01-01T00:00:00.000Z', startedAt: null, finishedAt: null, notBefore: null },
  ...{ progress: null, result: null, error: null },
});

/** Time passes only while somebody sleeps. */
function createSleepingClock(): Clock {
  let ms = 0;
  return {
    now: () => new Date(ms),
    monotonicMs: () => ms,
    async sleep(pause, { signal } = {}) {
      signal?.throwIfAborted();
      ms += pause;
    },
  };
}
/** A scheduler that gives these answers, then the last one for ever; `away` refuses the connection. */
function createScheduler(...answers: (RunView['state'] | 'away' | 'unknown')[]) {
  let asked = 0;
  const fetch = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? 'away';
    if (answer === 'away') throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    const error = { code: 'run.not-found', message: 'There is no such run.', hint: 'List them.' };
    return answer === 'unknown' ? Response.json({ error }, { status: 404 }) : Response.json(run(answer));
  };
  const client = createClient({ url: 'http://127.0.0.1:1', token: 't', fetch, clock: createSleepingClock() });
  return { client, asked: () => asked };
}

test('a run is followed until it has ended, and every look is told', async () => {
  const { client } = createScheduler('queued', 'running', 'running', 'failed');
  const seen: string[] = [];
  const ended = await client.waitForRun(id, { onProgress: ({ state }) => seen.push(state) });
  expect(ended.state).toBe('failed');
  expect(seen).toEqual(['queued', 'running', 'running', 'failed']);
});

test('a scheduler that is restarted meanwhile is waited for', async () => {
  const { client } = createScheduler('running', 'away', 'away', 'away', 'succeeded');
  expect(await client.waitForRun(id)).toMatchObject({ state: 'succeeded' });
});

test('a scheduler that stays away ends the waiting after the patience', async () => {
  const { client, asked } = createScheduler('running', 'away');
  await expect(client.waitForRun(id, { patienceMs: 5_000, pollMs: 1_000 })).rejects.toMatchObject({ code: 'api.unreachable' });
  expect(asked()).toBe(7);
});

test('what is wrong for good is told at once', async () => {
  const { client, asked } = createScheduler('unknown');
  await expect(client.waitForRun(id)).rejects.toMatchObject({ code: 'run.not-found', status: 404 });
  expect(asked()).toBe(1);
});

test('a run that takes too long is named with its state, and goes on', async () => {
  const { client } = createScheduler('queued', 'running');
  const waiting = client.waitForRun(id, { timeoutMs: 3_000, pollMs: 1_000 });
  await expect(waiting).rejects.toMatchObject({ code: 'run.wait-expired', message: expect.stringContaining('after 3 s; it is running') });
});

test('the signal ends the waiting with its reason', async () => {
  const { client } = createScheduler('running');
  const interruption = new AbortController();
  const onProgress = () => interruption.abort(new Error('enough'));
  await expect(client.waitForRun(id, { signal: interruption.signal, onProgress })).rejects.toThrow('enough');
});
