import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointView, RunView } from '@cbcr/client';
import { systemClock } from '@cbcr/domain';
import { compareDatabases, type TestDatabase } from '@cbcr/testkit';
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

  test('Redis is killed in mid-backup and in mid-restore, and comes back empty', async () => {
    const first = await stack.client.startBackup({ instance: 'shop' });
    const { point } = await held.expectOneWholePoint(first.id);
    const backup = await held.startHeldBackup('shop');
    const restore = await startHeldRestore(point);
    await held.kill('redis');
    await rm(join(stack.file.folder, 'servers', 'redis'), { recursive: true });
    await held.revive();
    await held.letGo();
    await held.limitInto(other, null);
    await held.expectOneWholePoint(backup);
    await expectRestored(restore);
  });

  test('the server of the catalog is killed in mid-backup and started again', async () => {
    const id = await held.startHeldBackup('shop');
    await held.kill('catalog');
    const killedMs = systemClock.monotonicMs();
    // A session of the killed server may still answer what it was asked in that moment.
    await eventually('the catalog is away', () =>
      stack.client.getRun(id).then(
        () => false,
        ({ code }) => code === 'catalog.unreachable',
      ),
    );
    await held.revive();
    const awayMs = systemClock.monotonicMs() - killedMs;
    await held.letGo();
    const { run } = await held.expectOneWholePoint(id);
    expect(run.attempts).toBe(0);
    // A restart of the catalog is waited through for half a minute: no byte is captured twice for it.
    if (awayMs < 25_000) expect(run.epoch).toBe(1);
  });

  test('all connections to the catalog are terminated in mid-backup and in mid-restore', async () => {
    const source = await newestPoint();
    const backup = await held.startHeldBackup('shop');
    const restore = await startHeldRestore(source);
    const sql = postgres(stack.file.databaseUrl, { max: 1 });
    const everybody = ['cbcr-scheduler', ...stack.regions.map((region) => `cbcr-worker-${region}`)];
    await eventually('everybody is connected', async () => {
      const connected = await sql`select distinct application_name as name from pg_stat_activity where datname = current_database()`;
      return everybody.every((each) => connected.some(({ name }) => name === each));
    });
    const ended = await sql`select application_name as name, pg_terminate_backend(pid) as ended
      from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`;
    await sql.end();
    expect(new Set(ended.map(({ name }) => name))).toEqual(new Set(everybody));
    await held.letGo();
    await held.limitInto(other, null);
    const { run } = await held.expectOneWholePoint(backup);
    expect(run).toMatchObject({ epoch: 1, attempts: 0 });
    expect(await expectRestored(restore)).toMatchObject({ epoch: 1, attempts: 0 });
  });

  test('a store is killed in mid-fan-out and again in mid-replicate: only what is missing is moved', async () => {
    // Slow enough for the store to have the first small segment and not the rest.
    await held.limitInto(third, '1MB/s');
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

    await held.limitInto(third, 'paused');
    await held.revive();
    const leftBytes = await storedSegmentBytes(stack, third, indebted);
    expect(leftBytes).toBeGreaterThan(0);
    expect(leftBytes).toBeLessThan(indebted.storedBytes);

    const replicate = await untilHeldReplicating(pointId, leftBytes + 1_000_000);
    await held.killStore(third);
    await held.limitInto(third, null);
    const waiting = await eventually(`${replicate.id} waits for the store`, async () => {
      const run = await stack.client.getRun(replicate.id);
      return run.state === 'waiting' && run;
    });
    expect(waiting).toMatchObject({ attempts: 0, error: { code: 'store.unreachable' } });
    // What it kept is measured before it gets more.
    await held.limitInto(third, 'paused');
    await held.revive();
    const keptBytes = await storedSegmentBytes(stack, third, indebted);
    await held.limitInto(third, null);
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
    await held.limitInto(third, 'paused');
    await held.revive();
    const replicate = await untilHeldReplicating(pointId, 1_000_000);
    const reason = copyIn(await stack.client.getPoint(pointId), third)?.reason.text;
    const [source = ''] = [home, other].filter((region) => reason?.includes(`made from ${region}`));
    await held.killStore(source);
    await held.limitInto(third, null);
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

  /** The replicate into the third region of the point, held amid its work once it has stored more than so many bytes. */
  async function untilHeldReplicating(point: string, bytes: number): Promise<RunView> {
    await held.limitInto(third, '4MB/s');
    const run = await eventually('the debt is being repaid', async () =>
      (await stack.client.listRuns({ kind: 'replicate' })).find((candidate) => candidate.point === point),
    );
    await held.holdAmid(run.id, bytes, third);
    return run;
  }
  /** A restore in the other region, held amid its work. */
  async function startHeldRestore(point: PointView): Promise<{ id: string; target: TestDatabase }> {
    const target = await stack.createTarget();
    await held.limitInto(other, '1MB/s');
    const { id } = await stack.client.startRestore({ instance: 'shop', point: point.id, to: other, target: target.url });
    await held.holdAmid(id, 0, other);
    return { id, target };
  }
  /** It has succeeded, and the target is the source. */
  async function expectRestored({ id, target }: { id: string; target: TestDatabase }): Promise<RunView> {
    const run = await stack.untilEnded(id);
    expect(run, JSON.stringify(run.error)).toMatchObject({ state: 'succeeded' });
    const report = await compareDatabases(stack.file.customerUrl, target.url, { environment: userEnvironment });
    expect(report.differences).toEqual([]);
    return run;
  }
  async function newestPoint(): Promise<PointView> {
    const [point] = await stack.client.listPoints({ instance: 'shop', limit: 1 });
    if (point === undefined) throw new Error('there is no point yet');
    return point;
  }
});
