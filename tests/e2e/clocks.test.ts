import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunView } from '@cbcr/client';
import { systemClock } from '@cbcr/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { createHeldRuns, type HeldRuns } from './held-runs.ts';
import { reviveWithWrongClock } from './second-processes.ts';
import { startStack, type TestStack } from './stack.ts';

/** Clocks of machines are wrong. What one process stamps and another compares is the time of the catalog's server. */
describe('a worker whose clock is wrong by an hour', () => {
  let stack: TestStack;
  let held: HeldRuns;
  let worker: string;

  beforeAll(async () => {
    stack = await startStack({ megabytes: 120 });
    held = createHeldRuns(stack);
    worker = `worker-${stack.regions[0]}`;
  });
  afterAll(() => stack.down());

  const restartWorker = async (hours: number) => {
    await held.kill(worker);
    await reviveWithWrongClock(stack, hours);
  };
  /** Right to the minute, on any machine. */
  const expectTrueTimes = ({ createdAt, startedAt, finishedAt }: RunView, point: { capturedAt: string; completedAt: string | null }) => {
    const now = systemClock.now().getTime();
    for (const moment of [createdAt, startedAt, finishedAt, point.capturedAt, point.completedAt]) {
      expect(Math.abs(now - Date.parse(String(moment)))).toBeLessThan(10 * 60_000);
    }
  };

  test.each([1, -1])('ahead of or behind the others (%i h) backs up and verifies like any other', async (hours) => {
    await restartWorker(hours);
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    const { run, point } = await held.expectOneWholePoint(id);
    expect(run).toMatchObject({ epoch: 1, attempts: 0 });
    expectTrueTimes(run, point);
  });

  test.each([1, -1])('(%i h) is followed by another one when it dies in mid-backup and Redis forgets everything', async (hours) => {
    await restartWorker(hours);
    const id = await held.startHeldBackup('shop');
    await held.kill(worker);
    await held.kill('redis');
    await rm(join(stack.file.folder, 'servers', 'redis'), { recursive: true });
    await held.revive();
    await held.letGo();
    const { run, point } = await held.expectOneWholePoint(id);
    expect(run.epoch).toBeGreaterThan(1);
    expectTrueTimes(run, point);
  });

  test.each([1, -1])('(%i h) leaves a run that waits for its database to the next worker', async (hours) => {
    await restartWorker(hours);
    await held.kill('customer');
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    const waiting = await eventually(`${id} waits`, async () => {
      const run = await stack.client.getRun(id);
      return run.state === 'waiting' && run;
    });
    expect(waiting.attempts).toBe(0);
    await held.kill(worker);
    await held.revive();
    const { run, point } = await held.expectOneWholePoint(id);
    expect(run.epoch).toBeGreaterThan(1);
    expectTrueTimes(run, point);
  });
});
