import { compareDatabases } from '@cbcr/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { userEnvironment } from './setup-environment.ts';
import { startStack, type TestStack } from './stack.ts';

/** Processes are really killed while they work; every run ends, once to effect. */
describe('nothing is lost when something dies', () => {
  let stack: TestStack;
  let home: string;

  beforeAll(async () => {
    stack = await startStack({ megabytes: 120 });
    [home = ''] = stack.regions;
  });
  afterAll(() => stack.down());

  const startBackup = async () => {
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    await eventually(`${id} moves bytes`, async () => {
      const { state, progress } = await stack.client.getRun(id);
      return state === 'running' && progress !== null && progress.doneBytes > 0;
    });
    return id;
  };
  const completeOf = async (run: string) =>
    (await stack.client.listPoints({ instance: 'shop' })).filter((point) => point.run === run && point.state === 'complete');

  test('a worker that is killed in mid-backup is followed by another attempt, which makes exactly one point', async () => {
    const run = await startBackup();
    process.kill(await stack.pidOf(`worker-${home}`), 'SIGKILL');
    expect(await completeOf(run)).toEqual([]);
    await stack.cbcr.json('dev', 'up');
    const ended = await stack.untilEnded(run);
    expect(ended).toMatchObject({ state: 'succeeded' });
    expect(ended.epoch).toBeGreaterThan(1);
    expect(await completeOf(run)).toHaveLength(1);
    await stack.untilProtected('shop');
  });

  test('a Redis that forgets everything in mid-backup costs no run', async () => {
    const run = await startBackup();
    const redis = new Redis(stack.file.redisUrl);
    await redis.flushall();
    await redis.quit();
    expect(await stack.untilEnded(run)).toMatchObject({ state: 'succeeded' });
    expect(await completeOf(run)).toHaveLength(1);
    await stack.untilProtected('shop');
  });

  test('a scheduler that is killed is missed by no one for long: what was asked before is done after', async () => {
    process.kill(await stack.pidOf('scheduler'), 'SIGKILL');
    await stack.cbcr.json('dev', 'up');
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    expect(await stack.untilEnded(id)).toMatchObject({ state: 'succeeded' });
  });

  test('a cancelled backup ends within two seconds and leaves no point', async () => {
    const run = await startBackup();
    await stack.client.cancelRun(run);
    await eventually(`${run} is cancelled`, async () => (await stack.client.getRun(run)).state === 'cancelled', 2_000);
    expect(await completeOf(run)).toEqual([]);
  });

  test('a worker that is killed in mid-restore is followed by another attempt, and the target is whole', async () => {
    await stack.untilProtected('shop');
    const [, reader = ''] = stack.regions;
    const target = await stack.createTarget();
    const { id } = await stack.client.startRestore({ instance: 'shop', to: reader, target: target.url });
    await eventually(`${id} moves bytes`, async () => ((await stack.client.getRun(id)).progress?.doneBytes ?? 0) > 0);
    process.kill(await stack.pidOf(`worker-${reader}`), 'SIGKILL');
    await stack.cbcr.json('dev', 'up');
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
    process.kill(await stack.pidOf(`store-${reader}`), 'SIGKILL');
    const { id } = await stack.client.startRestore({ instance: 'shop', to: reader, target: target.url });
    const ended = await stack.untilEnded(id);
    expect(ended).toMatchObject({ state: 'succeeded' });
    const report = await compareDatabases(stack.file.customerUrl, target.url, { environment: userEnvironment });
    expect(report.differences).toEqual([]);
    const { segmentsFrom } = ended.result as { segmentsFrom: Record<string, number> };
    expect(Object.keys(segmentsFrom).some((region) => region === home || region === third)).toBe(true);
    await stack.cbcr.json('dev', 'up');
  });
});
