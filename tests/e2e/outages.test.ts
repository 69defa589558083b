import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointView, RunView } from '@cbcr/client';
import { compareDatabases } from '@cbcr/testkit';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { createHeldRuns, type HeldRuns } from './held-runs.ts';
import { userEnvironment } from './setup-environment.ts';
import { startStack, type TestStack } from './stack.ts';
import { storedSegmentBytes } from './stored-copies.ts';

/** The servers below CBCR really die while a run is known to be under way; every run ends, once to effect. */
describe('a server that dies in mid-run costs time and nothing else', () => {
  let stack: TestStack;
  let held: HeldRuns;
  let home: string;
  let other: string;
  let third: string;

  beforeAll(async () => {
    stack = await startStack({ megabytes: 120 });
    held = createHeldRuns(stack);
    [home = '', other = '', third = ''] = stack.regions;
  });
  afterAll(() => stack.down());

  const copyIn = ({ copies }: PointView, region: string) => copies.find((copy) => copy.region === region);

  test('Redis is killed in mid-backup and comes back empty', async () => {
    const id = await held.startHeldBackup('shop');
    await held.kill('redis');
    await rm(join(stack.file.folder, 'servers', 'redis'), { recursive: true });
    await held.revive();
    await held.letGo();
    await held.expectOneWholePoint(id);
  });

  test('the server of the catalog is killed in mid-backup and started again', async () => {
    const id = await held.startHeldBackup('shop');
    await held.kill('catalog');
    await expect(stack.client.getRun(id)).rejects.toMatchObject({ code: 'catalog.unreachable' });
    await held.revive();
    await held.letGo();
    const { run } = await held.expectOneWholePoint(id);
    // A restart of the catalog is waited through: no byte is captured twice for it.
    expect(run).toMatchObject({ epoch: 1, attempts: 0 });
  });

  test('all connections to the catalog are terminated in mid-backup and in mid-restore', async () => {
    const source = await newestPoint();
    const target = await stack.createTarget();
    await held.limit(other, other, '4MB/s');
    const restore = await stack.client.startRestore({ instance: 'shop', point: source.id, to: other, target: target.url });
    const backup = await held.startHeldBackup('shop');
    await eventually(`${restore.id} moves bytes`, async () => {
      const { state, progress } = await stack.client.getRun(restore.id);
      return state === 'running' && (progress?.doneBytes ?? 0) > 0;
    });
    const sql = postgres(stack.file.databaseUrl, { max: 1 });
    const ended = await sql`select application_name as name, pg_terminate_backend(pid) as ended
      from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await sql.end();
    expect(new Set(ended.map(({ name }) => name))).toEqual(
      new Set(['cbcr-scheduler', ...stack.regions.map((region) => `cbcr-worker-${region}`)]),
    );
    expect((await stack.client.getRun(restore.id)).state).toBe('running');
    await held.letGo();
    await held.limit(other, other, 'reset');
    const { run } = await held.expectOneWholePoint(backup);
    expect(run).toMatchObject({ epoch: 1, attempts: 0 });
    expect(await stack.untilEnded(restore.id)).toMatchObject({ state: 'succeeded', epoch: 1, attempts: 0 });
    const report = await compareDatabases(stack.file.customerUrl, target.url, { environment: userEnvironment });
    expect(report.differences).toEqual([]);
  });

  test('a store is killed in mid-fan-out and again in mid-replicate: only what is missing is moved', async () => {
    // Slow enough for the store to have the first small segment and not the rest.
    await held.limit(home, third, '1MB/s');
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    await eventually(`${third} holds a part`, async () => {
      const { state, point } = await stack.client.getRun(id);
      return state === 'running' && point !== null && (await storedSegmentBytes(stack, third, { id: point, instance: 'shop' })) > 0;
    });
    await held.killStore(third);
    // The capture does not wait for it.
    const captured = await stack.untilEnded(id);
    expect(captured).toMatchObject({ state: 'succeeded', epoch: 1, attempts: 0 });
    const { id: pointId } = await held.pointOf(id);
    const indebted = await stack.client.getPoint(pointId);
    expect(indebted.protected).toBe(false);
    // Its repair may have begun already: whether the copy is still called failed is a matter of luck.
    for (const region of [home, other]) expect(copyIn(indebted, region)?.state).toMatch(/^(stored|verified)$/);
    const debt = indebted.debts.find(({ region }) => region === third);
    expect(debt).toMatchObject({ reason: { text: expect.stringContaining(third) } });
    expect(Date.parse(String(debt?.since))).toBeGreaterThanOrEqual(Date.parse(String(captured.startedAt)));

    await limitInto(third, '8MB/s');
    await held.revive();
    const leftBytes = await storedSegmentBytes(stack, third, indebted);
    expect(leftBytes).toBeGreaterThan(0);
    expect(leftBytes).toBeLessThan(indebted.storedBytes);

    const replicate = await untilReplicating(pointId, leftBytes + 1_000_000);
    await held.killStore(third);
    const waiting = await eventually(`${replicate.id} waits for the store`, async () => {
      const run = await stack.client.getRun(replicate.id);
      return run.state === 'waiting' && run;
    });
    expect(waiting).toMatchObject({ attempts: 0, error: { code: 'store.unreachable' } });
    await limitInto(third, 'reset');
    await held.revive();
    const keptBytes = await storedSegmentBytes(stack, third, indebted);
    expect(keptBytes).toBeGreaterThan(leftBytes + 1_000_000);

    const { point } = await held.expectOneWholePoint(id);
    const repaid = await stack.untilEnded(replicate.id);
    expect(repaid).toMatchObject({
      state: 'succeeded',
      attempts: 0,
      result: { presentBytes: keptBytes, movedBytes: point.storedBytes - keptBytes },
    });
    expect((await stack.client.listRuns({ kind: 'replicate' })).filter((run) => run.point === pointId)).toHaveLength(1);
    expect(point.debts).toEqual([]);
  });

  test('a source is killed in mid-replicate: the rest comes from the next one', async () => {
    await held.killStore(third);
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    expect(await stack.untilEnded(id)).toMatchObject({ state: 'succeeded', attempts: 0 });
    const { id: pointId } = await held.pointOf(id);
    await limitInto(third, '8MB/s');
    await held.revive();
    const replicate = await untilReplicating(pointId, 1_000_000);
    const reason = copyIn(await stack.client.getPoint(pointId), third)?.reason.text;
    const [source = ''] = [home, other].filter((region) => reason?.includes(`made from ${region}`));
    await held.killStore(source);
    await limitInto(third, 'reset');
    const ended = await stack.untilEnded(replicate.id);
    expect(ended).toMatchObject({
      state: 'succeeded',
      epoch: 1,
      attempts: 0,
      result: { source: [source, source === home ? other : home] },
    });
    await held.revive();
    await held.expectOneWholePoint(id);
  });

  async function limitInto(region: string, rate: string): Promise<void> {
    for (const source of [home, other]) await held.limit(source, region, rate);
  }
  /** The replicate of the point, once it has stored more than so many bytes and has not ended. */
  async function untilReplicating(point: string, bytes: number): Promise<RunView> {
    const run = await eventually('the debt is being repaid', async () =>
      (await stack.client.listRuns({ kind: 'replicate' })).find((candidate) => candidate.point === point),
    );
    await eventually(`${run.id} has moved a segment`, async () => ((await stack.client.getRun(run.id)).progress?.doneBytes ?? 0) > bytes);
    expect((await stack.client.getRun(run.id)).state, 'it is held up by its bandwidth').toBe('running');
    return run;
  }
  async function newestPoint(): Promise<PointView> {
    const [point] = await stack.client.listPoints({ instance: 'shop', limit: 1 });
    if (point === undefined) throw new Error('there is no point yet');
    return point;
  }
});
