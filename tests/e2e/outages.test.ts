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

/** Bytes of a run so slow that it is met in the middle, on any machine. */
const trickle = '64KB/s';

interface HeldOnes {
  /** The backup that made the point which the others work on. */
  first: string;
  point: string;
  backup: string;
  restore: { id: string; target: TestDatabase };
  verify: string;
  replicate: string;
}

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

  test('Redis is killed in mid-backup, mid-restore, mid-verify and mid-replicate, and comes back empty', async () => {
    const runs = await holdOneOfEach();
    await held.kill('redis');
    await rm(join(stack.file.folder, 'servers', 'redis'), { recursive: true });
    await held.revive();
    await letAllGo();
    await expectAllToEffect(runs);
  });

  test('all connections to the catalog are terminated in mid-run, then its server is killed: nothing is done twice for it', async () => {
    const runs = await holdOneOfEach();
    const sql = postgres(stack.file.databaseUrl, { max: 1 });
    const everybody = ['cbcr-scheduler', ...stack.regions.map((region) => `cbcr-worker-${region}`)];
    const untilAllAreConnected = () =>
      eventually('everybody is connected', async () => {
        const connected = await sql`select distinct application_name as name from pg_stat_activity where datname = current_database()`;
        return everybody.every((each) => connected.some(({ name }) => name === each));
      });
    await untilAllAreConnected();
    const ended = await sql`select application_name as name, pg_terminate_backend(pid) as ended
      from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`;
    expect(new Set(ended.map(({ name }) => name))).toEqual(new Set(everybody));
    await untilAllAreConnected();
    await sql.end();
    await expectAtWork([runs.restore.id, runs.verify, runs.replicate]);

    await held.kill('catalog');
    const killedMs = systemClock.monotonicMs();
    // A session of the killed server may still answer what it was asked in that moment.
    await eventually('the catalog is away', () =>
      stack.client.getRun(runs.backup).then(
        () => false,
        ({ code }) => code === 'catalog.unreachable',
      ),
    );
    await held.revive();
    const awayMs = systemClock.monotonicMs() - killedMs;
    await letAllGo();
    const all = await expectAllToEffect(runs);
    for (const run of all) expect(run).toMatchObject({ attempts: 0 });
    // A restart of the catalog is waited through for half a minute: no byte is moved twice for it.
    if (awayMs < 25_000) expect(all.map(({ kind, epoch }) => [kind, epoch])).toEqual(all.map(({ kind }) => [kind, 1]));
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
    // As the run has it: the repair gives the copy reasons of its own.
    expect(captured.result).toMatchObject({ detached: [{ region: third, reason: expect.stringContaining(third) }] });
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
  /** A run of each kind that moves the bytes of a copy, all amid their work, and no one can end: the links that they use are closed. */
  async function holdOneOfEach(): Promise<HeldOnes> {
    await held.killStore(third);
    await held.limit(other, other, trickle);
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    expect(await stack.untilEnded(id)).toMatchObject({ state: 'succeeded', attempts: 0 });
    const { id: point } = await held.pointOf(id);
    await eventually(`${point} is verified at home`, async () => copyIn(await stack.client.getPoint(point), home)?.state === 'verified');
    await held.limitInto(third, trickle);
    await held.limitInto(home, trickle);
    await held.revive();
    const target = await stack.createTarget();
    const restore = await stack.client.startRestore({ instance: 'shop', point, to: home, target: target.url });
    const verify = await runOf('verify', point, other);
    const replicate = await runOf('replicate', point, third);
    await held.holdAmid(verify, 0, other, [other]);
    await held.holdAmid(replicate, 0, third);
    await held.holdAmid(restore.id, 0, home);
    const backup = await held.startHeldBackup('shop', [other]);
    await expectAtWork([restore.id, verify, replicate]);
    return { first: id, point, backup, restore: { id: restore.id, target }, verify, replicate };
  }
  async function letAllGo(): Promise<void> {
    await Promise.all([held.limitInto(third, null), held.limitInto(other, null, [other]), held.limitInto(home, null)]);
  }
  /** Each has succeeded, once, and the bytes are where they belong. */
  async function expectAllToEffect({ first, point, backup, restore, verify, replicate }: HeldOnes): Promise<RunView[]> {
    const restored = await expectRestored(restore);
    const ended = [await stack.untilEnded(verify), await stack.untilEnded(replicate)];
    for (const run of ended) expect(run, JSON.stringify(run.error)).toMatchObject({ state: 'succeeded' });
    await held.expectOneWholePoint(first);
    expect((await stack.client.listRuns({ kind: 'replicate' })).filter((run) => run.point === point)).toHaveLength(1);
    const { run: captured } = await held.expectOneWholePoint(backup);
    return [captured, restored, ...ended];
  }
  async function expectAtWork(runs: readonly string[]): Promise<void> {
    const found = await eventually('the API tells of the runs', () => Promise.all(runs.map((id) => stack.client.getRun(id))));
    expect(found.map(({ kind, state }) => [kind, state])).toEqual(found.map(({ kind }) => [kind, 'running']));
  }
  /** The run that the reconciler has made of this kind for the copy. */
  async function runOf(kind: string, point: string, region: string): Promise<string> {
    const run = await eventually(`a ${kind} of ${point} in ${region}`, async () =>
      (await stack.client.listRuns({ kind, limit: 200 })).find((one) => one.point === point && one.region === region),
    );
    return run.id;
  }
  /** It has succeeded, and the target is the source. */
  async function expectRestored({ id, target }: { id: string; target: TestDatabase }): Promise<RunView> {
    const run = await stack.untilEnded(id);
    expect(run, JSON.stringify(run.error)).toMatchObject({ state: 'succeeded' });
    const report = await compareDatabases(stack.file.customerUrl, target.url, { environment: userEnvironment });
    expect(report.differences).toEqual([]);
    return run;
  }
});
