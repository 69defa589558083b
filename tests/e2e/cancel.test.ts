import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PointView, RunView } from '@cbcr/client';
import { keyPrefixOf, queueNameOf, regionIdSchema, systemClock } from '@cbcr/domain';
import { compareDatabases } from '@cbcr/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { userEnvironment } from './setup-environment.ts';
import { startStack, type TestStack } from './stack.ts';

/** A run of any kind in any state is cancelled from another process: it ends as cancelled, and whatever worked for it ends with it. */
describe('a cancelled run ends', () => {
  let stack: TestStack;
  /** Where all runs of this file work: the home of `branch`, and the target of the copy that is missing. */
  let region: string;
  let redis: Redis;
  /** Has a copy in the region; and one that has none there. */
  let copied: PointView;
  let missing: PointView;
  const cancelled: RunView[] = [];
  let incompleteUrl = '';

  const kinds = ['backup', 'replicate', 'restore', 'verify'] as const;
  type Kind = (typeof kinds)[number];
  const start = async (kind: Kind, target: string): Promise<RunView> => {
    switch (kind) {
      case 'backup':
        return await stack.client.startBackup({ instance: 'branch' });
      case 'replicate':
        return await stack.client.startReplication({ point: missing.id, to: region });
      case 'restore':
        return await stack.client.startRestore({ instance: 'shop', point: copied.id, to: region, target });
      case 'verify':
        return await stack.client.startVerification({ point: copied.id, region });
    }
  };
  const jobIsGone = async ({ kind, id }: RunView) => {
    const prefix = keyPrefixOf(regionIdSchema.parse(region));
    return (await redis.exists(`${prefix}:${queueNameOf(kind, regionIdSchema.parse(region))}:${id}`)) === 0;
  };
  /** Command lines of what the worker has started and what still lives. */
  const toolsOf = async (worker: number) => {
    const { stdout } = await promisify(execFile)('ps', ['-axo', 'ppid=,stat=,args=']);
    const processes = stdout.split('\n').map((line) => line.trim().split(/\s+/));
    return processes.filter(
      ([parent, state = '', program = '']) => parent === String(worker) && !state.startsWith('Z') && program.includes('pg_'),
    );
  };
  const cancel = (run: RunView) => stack.cbcr.json<RunView>('runs', 'cancel', run.id);
  const becomes = (run: RunView, state: string) =>
    eventually(`${run.kind} ${run.id} is ${state}`, async () => {
      const now = await stack.client.getRun(run.id);
      return (now.state === state || now.finishedAt !== null) && now;
    }).then((now) => {
      expect(now).toMatchObject({ state });
      return now;
    });
  const kill = async (name: string) => process.kill(await stack.pidOf(name), 'SIGKILL');
  const pointOf = async (run: RunView) => {
    const point = (await stack.client.listPoints({ instance: 'shop' })).find((candidate) => candidate.run === run.id);
    if (point === undefined) throw new Error(`${run.id} made no point`);
    return point;
  };

  /** What somebody sees who takes the target for a complete one. */
  const expectIncomplete = async (target: string) => {
    const again = await stack.cbcr.run(['restore', 'shop', '--to', region, '--target', target, '--wait', '--json']);
    expect(again.code).not.toBe(0);
    expect(again.stdout + again.stderr).toContain('an incomplete restore');
  };

  beforeAll(async () => {
    // Compressed still more than a capture holds in memory (132 MiB), so that a slow one keeps its tool waiting.
    stack = await startStack({ megabytes: 320 });
    region = String(stack.regions[1]);
    redis = new Redis(stack.file.redisUrl);
    const place = ['--home', region, '--policy', stack.file.policy];
    await stack.cbcr.json('instances', 'add', 'branch', '--engine', 'postgres', ...place, '--connection', stack.file.customerConnection);
    const whole = await stack.untilEnded((await stack.client.startBackup({ instance: 'shop' })).id);
    await stack.untilProtected('shop');
    copied = await pointOf(whole);
    await Promise.all([kill(`worker-${region}`), kill(`store-${region}`)]);
    missing = await pointOf(await stack.untilEnded((await stack.client.startBackup({ instance: 'shop' })).id));
    // Its repair may have been planned already; without a worker and a store it goes no further.
    expect(missing.copies.find((copy) => copy.region === region)?.state).not.toMatch(/^(stored|verified)$/);
  });
  afterAll(async () => {
    redis.disconnect();
    await stack.down();
  });

  test('while it waits for a worker, at once, and its job with it', async () => {
    const target = await stack.createTarget();
    for (const kind of kinds) {
      const run = await start(kind, target.url);
      await eventually(`${kind} stands in the queue`, async () => !(await jobIsGone(run)));
      const ended = await cancel(run);
      expect(ended).toMatchObject({ kind, state: 'cancelled', epoch: 0 });
      cancelled.push(ended);
      expect(await jobIsGone(run)).toBe(true);
    }
    // What is left to do in the region goes slowly from now on, so that every run is met amid its work.
    await stack.cbcr.json('limits', 'set', 'worker:*', '1MB/s');
    await stack.cbcr.json('dev', 'up');
  });

  // The copy first: it is owed since the region is back, so its run may be the reconciler's.
  test.each(['replicate', 'verify', 'backup', 'restore'] as const)(
    'a running %s, within two seconds, with its tools and uploads',
    async (kind) => {
      const target = await stack.createTarget();
      const run = await start(kind, target.url);
      const amid = await eventually(`${kind} is amid its work`, async () => {
        const now = await stack.client.getRun(run.id);
        return (now.finishedAt !== null || (now.state === 'running' && (now.progress?.doneBytes ?? 0) > 0)) && now;
      });
      expect(amid).toMatchObject({ kind, state: 'running' });
      const worker = await stack.pidOf(`worker-${region}`);
      const usesTool = kind === 'backup' || kind === 'restore';
      if (usesTool) await eventually('a tool of the database works', async () => (await toolsOf(worker)).length > 0);
      const askedMs = systemClock.monotonicMs();
      await stack.client.cancelRun(run.id);
      const ended = await becomes(run, 'cancelled');
      const endedMs = systemClock.monotonicMs() - askedMs;
      await eventually('no tool of the database works', async () => (await toolsOf(worker)).length === 0);
      const goneMs = systemClock.monotonicMs() - askedMs;
      process.stdout.write(
        `cancelled ${kind}: the run had ended after ${Math.round(endedMs)} ms, its tools after ${Math.round(goneMs)} ms\n`,
      );
      expect(ended.error?.code).toBe('run.cancelled');
      // Two seconds are promised; a machine that has other work gets more.
      expect(goneMs).toBeLessThan(10_000);
      expect(await eventually('its job is gone', () => jobIsGone(run))).toBe(true);
      cancelled.push(ended);
      if (kind !== 'restore') return;
      await expectIncomplete(target.url);
      incompleteUrl = target.url;
    },
  );

  test('while it is delayed because every region is down, at once, and its job with it', async () => {
    const target = await stack.createTarget();
    // Asked for before anybody has noticed, and begun afterwards.
    process.kill(await stack.pidOf(`worker-${region}`), 'SIGSTOP');
    const runs = await Promise.all(kinds.map((kind) => start(kind, target.url)));
    await Promise.all(stack.regions.map((each) => kill(`store-${each}`)));
    process.kill(await stack.pidOf(`worker-${region}`), 'SIGCONT');
    for (const run of runs) {
      const waiting = await becomes(run, 'waiting');
      process.stdout.write(`delayed ${run.kind}: ${waiting.error?.code}\n`);
      const answer = await cancel(run);
      // Just then it may have been tried again, and ends as a running one does.
      const ended = answer.state === 'running' ? await becomes(run, 'cancelled') : answer;
      expect(ended).toMatchObject({ state: 'cancelled' });
      if (answer.state === 'running') await eventually('its job is gone', () => jobIsGone(run));
      else expect(await jobIsGone(run)).toBe(true);
      cancelled.push(ended);
    }
  });

  test('for good: when everything is back nothing of it goes on, and the target of the restore can be used after it was emptied', async () => {
    await stack.cbcr.json('limits', 'set', 'worker:*', 'reset');
    await stack.cbcr.json('dev', 'up');
    const name = new URL(incompleteUrl).pathname.slice(1);
    const options = ['--to', region, '--point', copied.id, '--target', incompleteUrl, '--clean', name, '--wait'];
    expect(await stack.cbcr.json<RunView>('restore', 'shop', ...options)).toMatchObject({ state: 'succeeded' });
    const report = await compareDatabases(stack.file.customerUrl, incompleteUrl, { environment: userEnvironment });
    expect(report.differences).toEqual([]);
    await stack.untilProtected('shop');
    for (const before of cancelled) {
      const { state, epoch, finishedAt } = await stack.client.getRun(before.id);
      expect({ state, epoch, finishedAt }).toEqual({ state: 'cancelled', epoch: before.epoch, finishedAt: before.finishedAt });
    }
    expect((await stack.client.listPoints({ instance: 'branch' })).filter(({ state }) => state === 'complete')).toEqual([]);
  });
});
