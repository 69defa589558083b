import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@cbcr/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { createHeldRuns, type HeldRuns } from './held-runs.ts';
import { reviveWithWrongClock } from './second-processes.ts';
import { startStack, type TestStack } from './stack.ts';

/** Clocks of machines are wrong. What one process stamps and another compares is in the time of the catalog's server. */
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

  /** Brings it back, and what else has died; its clock is wrong by so many hours from now on. */
  const restart = async (name: string, hours: number) => {
    await held.kill(name);
    await reviveWithWrongClock(stack, hours);
  };
  /** One whole point, and no moment of it is off by more than a slow machine explains. */
  const expectOneTruePoint = async (id: string) => {
    const { run, point } = await held.expectOneWholePoint(id);
    const now = systemClock.now().getTime();
    const moments = [
      run.createdAt,
      run.startedAt,
      run.finishedAt,
      point.completedAt,
      ...point.copies.flatMap((copy) => [copy.since, copy.verifiedAt]),
    ];
    for (const moment of moments) expect(Math.abs(now - Date.parse(String(moment)))).toBeLessThan(10 * 60_000);
    return run;
  };

  test.each([1, -1])('(%i h) backs up and verifies like any other', async (hours) => {
    await restart(worker, hours);
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    expect(await expectOneTruePoint(id)).toMatchObject({ epoch: 1, attempts: 0 });
  });

  test('(ahead) is missed when it dies in mid-backup and Redis forgets everything', async () => {
    await restart(worker, 1);
    const id = await held.startHeldBackup('shop');
    await held.kill(worker);
    await held.kill('redis');
    await rm(join(stack.file.folder, 'servers', 'redis'), { recursive: true });
    await held.revive();
    await held.letGo();
    expect((await expectOneTruePoint(id)).epoch).toBeGreaterThan(1);
  });

  test.each([
    ['one that is ahead leaves it to one that is right', 1, 0],
    ['one that is right leaves it to one that is behind', 0, -1],
  ])('a run that waits for its database goes on: %s', async (_who, first, second) => {
    await restart(worker, first);
    await held.kill('customer');
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    const waiting = await eventually(`${id} waits`, async () => {
      const run = await stack.client.getRun(id);
      return run.state === 'waiting' && run;
    });
    expect(waiting).toMatchObject({ attempts: 0, error: { code: 'engine.unreachable' } });
    // Brings back the database as well.
    await restart(worker, second);
    const run = await expectOneTruePoint(id);
    expect(run.epoch).toBeGreaterThan(1);
    expect(run.attempts).toBe(0);
  });

  test('a scheduler whose clock is ahead stamps and compares like the others', async () => {
    await restart(worker, 0);
    await restart('scheduler', 1);
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    expect(await expectOneTruePoint(id)).toMatchObject({ epoch: 1, attempts: 0 });
  });
});
