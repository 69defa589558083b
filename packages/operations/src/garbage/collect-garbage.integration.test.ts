import { createHash } from 'node:crypto';
import { parseObjectKey, segmentKey } from '@cbcr/blobstore';
import { type InstanceId, type RecoveryPointId, type RegionId, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { crashProcess, type Deed } from '../../test/faults.ts';
import { type MadePoint, makePoint, nth } from '../../test/made-point.ts';
import { createRun, type Performed, perform, startRun, succeed } from '../../test/perform.ts';
import { alpha, beta, createStage, gamma, type Stage } from '../../test/stage.ts';
import { planCollections, planSearch, startCollections } from '../index.ts';

let stage: Stage;
let shop: InstanceId;
let shops = 0;
const hourMs = 3_600_000;
/** When the grace of what is written now is over. */
const later = () => new Date(systemClock.now().getTime() + 25 * hourMs);
/** By how much the time of the stage is ahead, for what has to rest. */
let aheadMs = 0;
const clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + aheadMs) };
const tomorrow = () => {
  const { tuning } = stage.dependencies();
  return stage.dependencies({ clock: { ...systemClock, now: later }, tuning: { ...tuning, workerStaleMs: 48 * hourMs } });
};
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock });
});
afterAll(() => stage.close());
beforeEach(async () => {
  aheadMs = 0;
  shop = await stage.addInstance(`shop-${shops++}`, 'pieces', 'pieces:shop');
  await stage.changePolicy({ copies: 3, prefer: [beta, gamma], jurisdictions: ['EU'] });
  await stage.catalog.clockWatch.see({ lastSeenAt: later(), doubt: null });
});

/** A capture that broke off with everything stored and nothing committed, and the one that was made instead. */
async function makeDeadAttempt(): Promise<{ dead: RecoveryPointId; point: RecoveryPointId }> {
  const run = await createRun(stage, 'backup', { instance: shop, params: {} });
  const crash = crashProcess(stage.dependencies(), 'before', (deed) => deed === 'points.complete');
  await startRun(stage, 'backup', run, { dependencies: crash.dependencies, dies: true });
  const dead = parseObjectKey(nth(await keysIn(alpha), 0))?.point;
  const ended = await startRun(stage, 'backup', run);
  if (ended.state !== 'succeeded' || dead === undefined) throw new Error('the second attempt makes the point');
  return { dead, point: ended.result.point };
}
async function keysIn(region: RegionId, point?: RecoveryPointId): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of (await stage.storeOf(region)).list(`v1/${shop}/`))
    if (point === undefined || parseObjectKey(key)?.point === point) keys.push(key);
  return keys;
}
const search = (region: RegionId, dependencies = tomorrow()) =>
  succeed(stage, 'garbage', { instance: shop, region, params: { region, instance: shop } }, { dependencies });
const wanted = (region: RegionId, ...points: RecoveryPointId[]) => ({
  instance: shop,
  region,
  params: { instance: shop, region, points, purpose: 'garbage' },
});
const collect = (region: RegionId, point: RecoveryPointId, dependencies = tomorrow()) =>
  perform(stage, 'retention', wanted(region, point), { dependencies });
const openAt = async (point: RecoveryPointId) => (await stage.catalog.deletions.listOpen({ points: [point] })).map(({ region }) => region);
function denialsOf(done: Performed<'retention'>): string {
  if (done.state !== 'succeeded') throw done.error;
  return done.result.denied.flatMap(({ reasons }) => reasons).join('\n');
}

test('a search says what a dead attempt left, how old it is and why, and its run deletes just that, with evidence', async () => {
  const { dead, point } = await makeDeadAttempt();
  const [left, kept] = [await keysIn(beta, dead), await keysIn(beta, point)];
  const found = await search(beta);
  expect(found.garbage).toEqual([
    expect.objectContaining({
      instance: shop,
      point: dead,
      objects: left.length,
      denied: [],
      reason: expect.objectContaining({ rule: 'capture-broke-off' }),
    }),
  ]);
  expect(found.total).toMatchObject({ points: 1, objects: left.length });
  const writtenAt = new Date(found.garbage[0]?.writtenAt ?? 0);
  expect(Math.abs(writtenAt.getTime() - systemClock.now().getTime())).toBeLessThan(hourMs);
  // Looking changed nothing.
  expect(await keysIn(beta, dead)).toEqual(left);

  const run = { ...(await planSearch(stage, { region: beta, instance: shop })), requestedBy: 'test' };
  const { run: searched } = await stage.catalog.runs.create(run);
  const wishes = planCollections(searched, found, 'test');
  const started = await startCollections(stage, wishes);
  expect(started).toMatchObject({ waiting: 0, runs: [{ kind: 'retention', region: beta, params: { points: [dead] } }] });
  expect((await startCollections(stage, wishes)).runs.map(({ id }) => id)).toEqual(started.runs.map(({ id }) => id));
  const done = await startRun(stage, 'retention', nth(started.runs, 0), { dependencies: tomorrow() });
  expect(done).toMatchObject({ state: 'succeeded', result: { deleted: [dead], versions: left.length } });
  expect(await keysIn(beta, dead)).toEqual([]);
  expect(await keysIn(beta, point)).toEqual(kept);
  const [evidence] = await stage.catalog.deletions.listOf(dead);
  expect(evidence).toMatchObject({ region: beta, purpose: 'garbage', versionsDeleted: left.length });
  expect(evidence?.confirmedAbsentAt).not.toBeNull();
  expect((await stage.catalog.audit.list({ subject: dead })).map(({ action }) => action)).toContain('garbage.collected');
  expect((await search(beta)).total).toEqual({ points: 0, objects: 0, bytes: 0 });
});

test('what is younger than the grace stays, and so does what a hold covers', async () => {
  const { dead } = await makeDeadAttempt();
  const left = await keysIn(alpha, dead);
  await stage.catalog.clockWatch.see({ lastSeenAt: systemClock.now(), doubt: null });
  const young = await search(alpha, stage.dependencies());
  expect(young.garbage.map(({ denied }) => denied.map(({ rule }) => rule))).toEqual([['grace']]);
  expect(
    planCollections({ id: (await createRun(stage, 'backup', { instance: shop, params: {} })).id, region: alpha }, young, 'test'),
  ).toEqual([]);
  expect(denialsOf(await collect(alpha, dead, stage.dependencies()))).toMatch(/^grace: its grace lasts until/);

  await stage.catalog.clockWatch.see({ lastSeenAt: later(), doubt: null });
  const hold = { title: 'case', reason: 'a court asks', matter: null, selector: { instances: [shop] } };
  const { id } = await stage.catalog.holds.place(hold, 'counsel');
  expect((await search(alpha)).garbage.map(({ denied }) => denied.map(({ rule }) => rule))).toEqual([['hold']]);
  expect(denialsOf(await collect(alpha, dead))).toContain(id);
  expect(await keysIn(alpha, dead)).toEqual(left);
});

test('what no catalog of ours speaks of is shown, and never goes', async () => {
  const store = await stage.storeOf(gamma);
  const point = 'rp_00000000000000000000000000' as RecoveryPointId;
  const body = Buffer.from('of another catalog');
  const key = segmentKey(shop, point, { stream: 'piece-00', number: 0, writeToken: '0123456789abcdef' });
  await store.put(key, body, { sha256: createHash('sha256').update(body).digest('hex'), ifAbsent: true });
  const found = await search(gamma);
  expect(found).toMatchObject({
    garbage: [],
    unclaimed: [{ point, objects: 1, reason: { rule: 'point-unknown' } }],
    totalUnclaimed: { points: 1 },
  });
  expect(denialsOf(await collect(gamma, point))).toMatch(/is-garbage/);
  expect(await keysIn(gamma, point)).toEqual([key]);
});

describe('a worker that dies amid a collection', () => {
  test.each([
    ['after', 'deletions.begin'],
    ['after', 'erase beta manifest'],
    ['before', 'deletions.count'],
    ['before', 'deletions.finish'],
  ])('%s %s: the next start ends it', async (when, at) => {
    const { dead, point } = await makeDeadAttempt();
    const kept = await keysIn(beta, point);
    const run = await createRun(stage, 'retention', wanted(beta, dead));
    const crash = crashProcess(tomorrow(), when === 'after' ? 'after' : 'before', (deed: Deed) => deed === at);
    await startRun(stage, 'retention', run, { dependencies: crash.dependencies, dies: true });
    expect(crash.happened(), `it did ${crash.deeds.join(', ')}`).toBe(true);
    expect(denialsOf(await startRun(stage, 'retention', run, { dependencies: tomorrow() }))).toBe('');
    expect(await keysIn(beta, dead)).toEqual([]);
    expect(await keysIn(beta, point)).toEqual(kept);
    expect(await openAt(dead)).toEqual([]);
    expect((await stage.catalog.deletions.listOf(dead)).filter(({ confirmedAbsentAt }) => confirmedAbsentAt !== null)).toHaveLength(1);
  });
});

test('a collection that died lately is ended by the next start: the grace was over when it began', async () => {
  const { dead } = await makeDeadAttempt();
  const run = await createRun(stage, 'retention', wanted(beta, dead));
  const crash = crashProcess(tomorrow(), 'after', (deed: Deed) => deed === 'erase beta manifest');
  await startRun(stage, 'retention', run, { dependencies: crash.dependencies, dies: true });
  const ours = tomorrow();
  const { deletions } = ours.catalog;
  // The catalog of the stage lives today: it began a moment ago.
  const listOpen: typeof deletions.listOpen = async (filter) =>
    (await deletions.listOpen(filter)).map((open) => ({ ...open, begunAt: open.begunAt && later() }));
  const dependencies = { ...ours, catalog: { ...ours.catalog, deletions: { ...deletions, listOpen } } };
  expect(denialsOf(await startRun(stage, 'retention', run, { dependencies }))).toBe('');
  expect(await keysIn(beta, dead)).toEqual([]);
});

test('a grace that somebody takes away protects what dead attempts left until it has cooled off', async () => {
  const { dead } = await makeDeadAttempt();
  await stage.changeRetention({ grace: '1s' });
  const soon = () => new Date(systemClock.now().getTime() + 2 * hourMs);
  await stage.catalog.clockWatch.see({ lastSeenAt: soon(), doubt: null });
  const found = await search(alpha, { ...tomorrow(), clock: { ...systemClock, now: soon } });
  await stage.changeRetention({});
  expect(found.garbage.map(({ point, denied }) => [point, denied.map(({ rule }) => rule)])).toEqual([[dead, ['grace']]]);
});

/** A complete point of which an earlier attempt left two segments where the policy demands no copy yet. */
async function makeLeftovers(): Promise<MadePoint> {
  await stage.changePolicy({ copies: 2, prefer: [beta], jurisdictions: ['EU'] });
  const point = await makePoint(stage, shop);
  await point.verify(alpha, beta);
  expect(await point.keys(gamma)).toEqual([]);
  const [from, to] = [await stage.storeOf(alpha), await stage.storeOf(gamma)];
  for (const key of (await point.segments(alpha)).slice(0, 2)) {
    const body = await from.get(key);
    await to.put(key, body, { sha256: createHash('sha256').update(body).digest('hex'), ifAbsent: true });
  }
  return point;
}
/** The policy demands the copy now. */
async function demand(point: MadePoint): Promise<void> {
  await stage.changePolicy({ copies: 3, prefer: [beta, gamma], jurisdictions: ['EU'] });
  await stage.catalog.copies.plan(point.id, [
    { region: gamma, role: 'secondary', reason: { rule: 'test', text: 'the policy demands it' } },
  ]);
}
/** After a deletion on which two workers worked, and a moment more. */
const restMs = 36 * 60_000;
const replication = (point: MadePoint) => ({ instance: shop, params: { point: point.id, target: gamma }, point: point.id, region: gamma });

describe('a copy that is made where garbage of its point goes', () => {
  test('is not begun while bytes go, whatever a killed collection had done, and is whole afterwards', async () => {
    for (const at of ['deletions.begin', 'erase gamma segments']) {
      const point = await makeLeftovers();
      const collection = await createRun(stage, 'retention', wanted(gamma, point.id));
      const crash = crashProcess(tomorrow(), 'after', (deed) => deed === at);
      await startRun(stage, 'retention', collection, { dependencies: crash.dependencies, dies: true });
      expect(crash.happened(), `it did ${crash.deeds.join(', ')}`).toBe(true);
      await demand(point);
      const early = await perform(stage, 'replicate', replication(point));
      expect(early).toMatchObject({ state: 'waiting', error: { code: 'copy.being-deleted' }, run: { attempts: 0 } });
      expect((await point.copies())['gamma']).toMatchObject({ state: 'planned' });

      // The gate refuses now, so what is left of it stays for the copy.
      expect(denialsOf(await startRun(stage, 'retention', collection, { dependencies: tomorrow() }))).toMatch(/is-garbage/);
      expect(await openAt(point.id)).toEqual([]);
      expect((await stage.catalog.audit.list({ subject: point.id })).map(({ action }) => action)).toContain('garbage.left');
      // Two starts of the collection deleted: the first may only have been asleep.
      const lately = await startRun(stage, 'replicate', early.run);
      expect(lately).toMatchObject({ state: 'waiting', error: { code: 'copy.deleted-lately' }, run: { attempts: 0 } });
      aheadMs = restMs;
      expect(await startRun(stage, 'replicate', early.run)).toMatchObject({ state: 'succeeded' });
      expect(await point.fingerprint(gamma)).toEqual(await point.fingerprint(alpha));
      await point.verify(gamma);
      aheadMs = 0;
    }
  });

  test('is not begun between the listing of a live collection and its last byte', async () => {
    const point = await makeLeftovers();
    const tries: Performed<'replicate'>[] = [];
    stage.plant(gamma, (store) => ({
      ...store,
      openEraser: (permit) => {
        const eraser = store.openEraser(permit);
        return {
          ...eraser,
          async deleteVersions(versions, options) {
            await demand(point);
            tries.push(await perform(stage, 'replicate', replication(point)));
            return eraser.deleteVersions(versions, options);
          },
        };
      },
    }));
    expect(denialsOf(await collect(gamma, point.id))).toBe('');
    stage.plant(gamma, null);
    expect(tries.map((one) => one.state !== 'succeeded' && one.error.code)).toEqual(['copy.being-deleted']);
    expect(await point.keys(gamma)).toEqual([]);
    expect(await startRun(stage, 'replicate', nth(tries, 0).run)).toMatchObject({ state: 'succeeded' });
    expect(await point.fingerprint(gamma)).toEqual(await point.fingerprint(alpha));
  });

  test('keeps every byte when it is begun or finished between the last answer of the gate and the point of no return', async () => {
    for (const far of ['begun', 'finished']) {
      const point = await makeLeftovers();
      const ours = tomorrow();
      const { deletions } = ours.catalog;
      const answers: boolean[] = [];
      const begin: typeof deletions.begin = async (...given) => {
        if (answers.length === 0) {
          await demand(point);
          const crash = crashProcess(
            stage.dependencies(),
            'after',
            (deed) => deed === (far === 'begun' ? 'copies.startCopying' : 'copies.markStored'),
          );
          const run = await createRun(stage, 'replicate', replication(point));
          await startRun(stage, 'replicate', run, { dependencies: crash.dependencies, dies: true });
          expect(crash.happened()).toBe(true);
        }
        answers.push(await deletions.begin(...given));
        return answers.at(-1) === true;
      };
      const before = await point.keys(gamma);
      const done = await collect(gamma, point.id, { ...ours, catalog: { ...ours.catalog, deletions: { ...deletions, begin } } });
      expect(answers).toEqual([false]);
      expect(denialsOf(done)).toMatch(/is-garbage/);
      expect(await point.keys(gamma)).toEqual(expect.arrayContaining(before));
      if (far === 'finished') expect(await point.fingerprint(gamma)).toEqual(await point.fingerprint(alpha));
    }
  });
});

describe('a worker that falls asleep just before it deletes takes nothing from the copy that is made meanwhile', () => {
  /** A collection whose worker sleeps before its first request; `wake` tells it for how long it slept, and gives how its start ended. */
  async function fallAsleep(point: MadePoint) {
    const asleep = Promise.withResolvers<void>();
    const awake = Promise.withResolvers<void>();
    let sleptMs = 0;
    let heldAtMs: number | null = null;
    stage.plant(gamma, (store) => ({
      ...store,
      openEraser: (permit) => {
        const eraser = store.openEraser(permit);
        return {
          ...eraser,
          async deleteVersions(versions, options) {
            heldAtMs = systemClock.monotonicMs();
            asleep.resolve();
            await awake.promise;
            return eraser.deleteVersions(versions, options);
          },
        };
      },
    }));
    const monotonicMs = () => systemClock.monotonicMs() + sleptMs;
    const dependencies = { ...tomorrow(), clock: { ...tomorrow().clock, monotonicMs } };
    const run = await createRun(stage, 'retention', wanted(gamma, point.id));
    const sleeping = startRun(stage, 'retention', run, { dependencies, heldAtMs: () => heldAtMs ?? monotonicMs(), dies: true });
    await asleep.promise;
    stage.plant(gamma, null);
    return {
      run,
      wake(forMs: number): Promise<Performed<'retention'>> {
        sleptMs = forMs;
        awake.resolve();
        return sleeping;
      },
    };
  }
  const expectWhole = async (point: MadePoint) => {
    await point.verify(gamma);
    expect(await point.fingerprint(gamma)).toEqual(await point.fingerprint(alpha));
  };

  test.each(['left', 'ended'])('whose run another worker took over and %s', async (how) => {
    const point = await makeLeftovers();
    const sleeper = await fallAsleep(point);
    if (how === 'left') await demand(point);
    const taken = denialsOf(await startRun(stage, 'retention', sleeper.run, { dependencies: tomorrow() }));
    expect(taken).toMatch(how === 'left' ? /is-garbage/ : /^$/);
    if (how === 'ended') await demand(point);
    const early = await perform(stage, 'replicate', replication(point));
    expect(early).toMatchObject({ state: 'waiting', error: { code: 'copy.deleted-lately' }, run: { attempts: 0 } });
    aheadMs = restMs;
    expect(await startRun(stage, 'replicate', early.run)).toMatchObject({ state: 'succeeded' });
    const slept = await sleeper.wake(restMs);
    expect(slept).toMatchObject({ state: 'lost', error: { code: 'catalog.unreachable', treatment: 'outage' } });
    await expectWhole(point);
  });

  test('and that wakes soon enough to go on with its request', async () => {
    const point = await makeLeftovers();
    const sleeper = await fallAsleep(point);
    await demand(point);
    expect(denialsOf(await startRun(stage, 'retention', sleeper.run, { dependencies: tomorrow() }))).toMatch(/is-garbage/);
    const early = await perform(stage, 'replicate', replication(point));
    expect(early).toMatchObject({ state: 'waiting', error: { code: 'copy.deleted-lately' } });
    expect(await sleeper.wake(0)).toMatchObject({ error: { code: 'run.lost' } });
    expect(await point.keys(gamma)).toEqual([]);
    aheadMs = restMs;
    expect(await startRun(stage, 'replicate', early.run)).toMatchObject({ state: 'succeeded' });
    await expectWhole(point);
  });

  test('and that is alone costs the copy no rest', async () => {
    const point = await makeLeftovers();
    expect(denialsOf(await collect(gamma, point.id))).toBe('');
    await demand(point);
    expect(await perform(stage, 'replicate', replication(point))).toMatchObject({ state: 'succeeded' });
    await expectWhole(point);
  });
});

test('two runs never delete the same garbage at once', async () => {
  const { dead } = await makeDeadAttempt();
  const others: Performed<'retention'>[] = [];
  stage.plant(beta, (store) => ({
    ...store,
    openEraser: (permit) => {
      const eraser = store.openEraser(permit);
      return {
        ...eraser,
        async deleteVersions(versions, options) {
          if (others.length === 0) others.push(await collect(beta, dead));
          return eraser.deleteVersions(versions, options);
        },
      };
    },
  }));
  expect(denialsOf(await collect(beta, dead))).toBe('');
  stage.plant(beta, null);
  expect(others.map((one) => one.state !== 'succeeded' && one.error.code)).toEqual(['copy.being-deleted']);
  expect(await keysIn(beta, dead)).toEqual([]);
});
