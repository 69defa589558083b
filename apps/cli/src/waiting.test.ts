import { ApiError } from '@cbcr/client';
import { describe, expect, test } from 'vitest';
import { pointId, sampleCopy, samplePoint, sampleRegion, sampleRun } from '../test/sample-views.ts';
import { createSteppingClock } from '../test/stepping-clock.ts';
import { createTestCli } from '../test/test-cli.ts';
import { followRun, followToSuccess } from './follow-run.ts';
import { withinBudget } from './quickstart/within-budget.ts';
import { waitUntilSettled } from './wait-until-settled.ts';

/** Gives the items in order, and the last one again and again. */
function inOrder<Item>(first: Item, ...more: Item[]) {
  const items = [first, ...more];
  let asked = 0;
  return { next: async () => items[Math.min(asked++, items.length - 1)] ?? first, asked: () => asked };
}

describe('following a run', () => {
  const running = (doneBytes: number) =>
    sampleRun({
      state: 'running',
      progress: {
        phase: 'capture data',
        doneBytes,
        totalBytes: 2_097_152,
        regions: { north: { storedBytes: 1024, state: 'attached' }, south: { storedBytes: 0, state: 'detached' } },
      },
    });

  test('shows phase, share, bytes, rate and regions until the run has ended', async () => {
    const cli = createTestCli(createSteppingClock());
    const runs = inOrder(running(0), running(0), running(0), running(0), running(1_048_576), sampleRun());
    const end = await followRun(cli, { getRun: runs.next }, sampleRun({ state: 'queued' }));
    expect(end.state).toBe('succeeded');
    expect(cli.told()).toBe(
      [
        'backup queued',
        'backup capture data  [----------------]   0 %  0 B of 2.0 MiB  0.0 MB/s  north 1.0 KiB  south detached',
        'backup succeeded',
        '',
      ].join('\n'),
    );
  });

  test('of a run that waits says for what', async () => {
    const cli = createTestCli(createSteppingClock());
    const error = { code: 'region.unavailable', message: 'Region south is not available.', hint: 'It waits.' };
    await followRun(cli, { getRun: inOrder(sampleRun()).next }, sampleRun({ state: 'waiting', error }));
    expect(cli.told()).toContain('backup waiting: Region south is not available.');
  });

  test('ends when the given time is over, with what the run waits for and what to do about it', async () => {
    const cli = createTestCli(createSteppingClock());
    const error = { code: 'engine.unreachable', message: 'The database does not answer.', hint: 'Start it.' };
    const waiting = sampleRun({ state: 'waiting', error });
    await expect(followToSuccess(cli, { getRun: async () => waiting }, waiting, { timeoutSeconds: 3 })).rejects.toMatchObject({
      code: 'run.wait-expired',
      message: expect.stringContaining('3 s; it is waiting: The database does not answer.'),
      hint: expect.stringMatching(/^Start it\. See: cbcr runs show/),
      reason: error,
      exitCode: 5,
    });
  });

  test('stops at an interrupt and leaves the run alone', async () => {
    const interrupt = new AbortController();
    const cli = createTestCli(createSteppingClock(), interrupt.signal);
    const getRun = async () => {
      interrupt.abort();
      return running(0);
    };
    await expect(followToSuccess(cli, { getRun }, running(0))).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});

describe('a scheduler that is away', () => {
  const unreachable = () => new ApiError(0, { code: 'api.unreachable', message: 'No answer.', hint: '' });

  test('for a while does not end the waiting', async () => {
    let asked = 0;
    const getRun = async () => {
      asked += 1;
      if (asked < 5) throw unreachable();
      return sampleRun();
    };
    const end = await followRun(createTestCli(createSteppingClock()), { getRun }, sampleRun({ state: 'queued' }));
    expect({ state: end.state, asked }).toEqual({ state: 'succeeded', asked: 5 });
  });

  test('for too long does, with its own error', async () => {
    const clock = createSteppingClock();
    const beganMs = clock.monotonicMs();
    const getRun = () => Promise.reject(unreachable());
    const lost = followRun(createTestCli(clock), { getRun }, sampleRun({ state: 'queued' }));
    await expect(lost).rejects.toMatchObject({ code: 'api.unreachable' });
    expect(clock.monotonicMs() - beganMs).toBeGreaterThanOrEqual(30_000);
  });

  test('is told apart from one that answers with an error', async () => {
    const getRun = () => Promise.reject(new ApiError(404, { code: 'run.not-found', message: 'There is none.', hint: '' }));
    await expect(followRun(createTestCli(createSteppingClock()), { getRun }, sampleRun({ state: 'queued' }))).rejects.toMatchObject({
      code: 'run.not-found',
    });
  });
});

describe('waiting for copies', () => {
  const debt = {
    point: pointId,
    region: 'south',
    since: '2026-11-23T07:00:00.000Z',
    reason: { rule: 'x', text: 'owed' },
    nextAttemptAt: null,
  };
  const owing = (state: 'stored' | 'failed' | 'blocked', nextAttemptAt: string | null = null) =>
    samplePoint({ protected: false, copies: [sampleCopy('north'), sampleCopy('south', { state })], debts: [{ ...debt, nextAttemptAt }] });
  const settle = (points: ReturnType<typeof inOrder<ReturnType<typeof samplePoint>>>, south: 'up' | 'down' = 'up') =>
    waitUntilSettled(
      createTestCli(createSteppingClock()),
      { getPoint: points.next, listRegions: async () => [sampleRegion('north'), sampleRegion('south', south)] },
      pointId,
    );

  test('goes on until the last one is verified', async () => {
    const points = inOrder(owing('stored'), owing('stored'), samplePoint());
    expect((await settle(points)).protected).toBe(true);
    expect(points.asked()).toBe(3);
  });

  test('does not wait for a region that is down', async () => {
    expect((await settle(inOrder(owing('failed')), 'down')).debts).toHaveLength(1);
  });

  test('does not wait for a copy that is blocked, nor for an attempt that is far away', async () => {
    expect((await settle(inOrder(owing('blocked')))).debts).toHaveLength(1);
    expect((await settle(inOrder(owing('failed', '2026-11-23T08:00:00.000Z')))).debts).toHaveLength(1);
  });

  test('waits for an attempt that is near', async () => {
    expect((await settle(inOrder(owing('failed', '2026-11-23T07:00:05.000Z'), samplePoint()))).protected).toBe(true);
  });
});

describe('a time budget', () => {
  test('that runs out says what was waited for and what was seen last', async () => {
    const cli = createTestCli(createSteppingClock());
    const never = withinBudget(cli, 5, 'the copy is not verified', async ({ out, clock, signal }) => {
      const line = out.progress();
      for (let look = 1; ; look++) {
        line.update(`look ${look}`);
        await clock.sleep(1_000, { signal });
      }
    });
    await expect(never).rejects.toMatchObject({
      code: 'cli.wait-expired',
      message: expect.stringMatching(/^Waited 5 s in vain: the copy is not verified \(last seen: look \d+\)\.$/),
    });
  });

  test('does nothing to work that ends in time', async () => {
    const cli = createTestCli(createSteppingClock());
    await expect(withinBudget(cli, 5, 'nothing', async () => 'done')).resolves.toBe('done');
  });
});
