import { compareDatabases } from '@cbcr/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { createHeldRuns, type HeldRuns } from './held-runs.ts';
import { userEnvironment } from './setup-environment.ts';
import { startStack, type TestStack } from './stack.ts';

/** Processes are really killed while they work; every run ends, once to effect. */
describe('nothing is lost when something dies', () => {
  let stack: TestStack;
  let held: HeldRuns;
  let home: string;

  beforeAll(async () => {
    stack = await startStack({ megabytes: 120 });
    held = createHeldRuns(stack);
    [home = ''] = stack.regions;
  });
  afterAll(() => stack.down());

  const completeOf = async (run: string) =>
    (await stack.client.listPoints({ instance: 'shop' })).filter((point) => point.run === run && point.state === 'complete');

  test('a worker that is killed in mid-backup is followed by another attempt, which makes exactly one point', async () => {
    const run = await held.startHeldBackup('shop');
    await held.kill(`worker-${home}`);
    expect(await completeOf(run)).toEqual([]);
    await held.revive();
    await held.letGo();
    const ended = await stack.untilEnded(run);
    expect(ended).toMatchObject({ state: 'succeeded' });
    expect(ended.epoch).toBeGreaterThan(1);
    expect(await completeOf(run)).toHaveLength(1);
    await stack.untilProtected('shop');
  });

  test('a Redis that forgets everything in mid-backup costs no run', async () => {
    const run = await held.startHeldBackup('shop');
    const redis = new Redis(stack.file.redisUrl);
    await redis.flushall();
    await redis.quit();
    await held.letGo();
    expect(await stack.untilEnded(run)).toMatchObject({ state: 'succeeded' });
    expect(await completeOf(run)).toHaveLength(1);
    await stack.untilProtected('shop');
  });

  test('a scheduler that is killed is missed by no one for long: what was asked before is done after', async () => {
    await held.kill('scheduler');
    await held.revive();
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    expect(await stack.untilEnded(id)).toMatchObject({ state: 'succeeded' });
  });

  test('a cancelled backup ends within two seconds and leaves no point', async () => {
    const run = await held.startHeldBackup('shop');
    await stack.client.cancelRun(run);
    // Two seconds are promised; a machine that has other work gets more.
    await eventually(`${run} is cancelled`, async () => (await stack.client.getRun(run)).state === 'cancelled', 20_000);
    await held.letGo();
    expect(await completeOf(run)).toEqual([]);
  });

  test('a worker that is killed in mid-restore is followed by another attempt, and the target is whole', async () => {
    await stack.untilProtected('shop');
    const [, reader = ''] = stack.regions;
    const target = await stack.createTarget();
    await held.limitInto(reader, '1MB/s');
    const { id } = await stack.client.startRestore({ instance: 'shop', to: reader, target: target.url });
    await held.holdAmid(id, 0, reader);
    await held.kill(`worker-${reader}`);
    await held.revive();
    await held.limitInto(reader, null);
    const ended = await stack.untilEnded(id);
    expect(ended).toMatchObject({ state: 'succeeded' });
    expect(ended.epoch).toBeGreaterThan(1);
    const report = await compareDatabases(stack.file.customerUrl, target.url, { environment: userEnvironment });
    expect(report.differences).toEqual([]);
  });

  test('a restore whose nearest copy has just died reads from the next best', async () => {
    await stack.untilProtected('shop');
    const [, reader = '', third = ''] = stack.regions;
    const target = await stack.createTarget();
    // Nobody has noticed yet: the plan still ranks the dead store first.
    await held.killStore(reader);
    const { id } = await stack.client.startRestore({ instance: 'shop', to: reader, target: target.url });
    const ended = await stack.untilEnded(id);
    expect(ended).toMatchObject({ state: 'succeeded' });
    const report = await compareDatabases(stack.file.customerUrl, target.url, { environment: userEnvironment });
    expect(report.differences).toEqual([]);
    const { segmentsFrom } = ended.result as { segmentsFrom: Record<string, number> };
    expect(Object.keys(segmentsFrom).some((region) => region === home || region === third)).toBe(true);
    await held.revive();
  });
});
