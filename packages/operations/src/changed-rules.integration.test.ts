import { readManifest } from '@cbcr/blobstore';
import { type InstanceId, type ResidencyException, type Rulebook, rulebookSchema, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { isManifest, isSegment, plantFault } from '../test/faults.ts';
import { type MadePoint, makePoint } from '../test/made-point.ts';
import { createRun, perform, startRun } from '../test/perform.ts';
import { alpha, beta, createStage, gamma, type Stage } from '../test/stage.ts';

/*
 * The rules change while a run is under way. What was decided when it began counts for nothing: what is in force when a byte is written does.
 */
let stage: Stage;
let shop: InstanceId;
let initial: Rulebook;
let targets = 0;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock, tuning: { readAhead: 1 } });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
  initial = (await stage.catalog.rulebook.current()).rulebook;
});
afterAll(() => stage.close());
beforeEach(async () => {
  Object.assign(stage.pieces, { beforePiece: () => undefined, beforeRead: () => undefined, afterReads: () => undefined });
  for (const region of [alpha, beta, gamma]) stage.plant(region, null);
  await change({});
});

type Changes = { [Part in keyof Rulebook]?: unknown };
const change = (changes: Changes) => stage.catalog.applyRulebook(rulebookSchema.parse({ ...initial, ...changes }), { actor: 'test' });
const regionsWith = (id: string, changed: object) =>
  initial.regions.map((region) => (region.id === id ? { ...region, ...changed } : region));
const residency = (zones: object) => ({ residency: [{ id: 'stay', dataClasses: ['default'], data: { allow: ['EU'] }, ...zones }] });
const everyMoment = () => {
  let jumps = 0;
  // A guard may trust an answer for a second: the time of these processes runs in leaps.
  return { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + 1_000 * ++jumps };
};

describe('a backup', () => {
  const backUp = (dependencies = stage.dependencies()) => perform(stage, 'backup', { instance: shop, params: {} }, { dependencies });
  const changeAt = (at: number, changes: Changes) => {
    stage.pieces.beforePiece = async (index) => {
      if (index === at) await change(changes);
    };
  };

  test('wraps its data key under no key that became forbidden during the capture', async () => {
    changeAt(5, residency({ keys: { allow: ['alpha', 'gamma'] } }));
    const performed = await backUp();
    if (performed.state !== 'succeeded') throw performed.error;
    const options = { instance: shop, point: performed.result.point, keys: null };
    const { manifest } = await readManifest(await stage.storeOf(alpha), options);
    expect(manifest.encryption?.wrappedKeys.map(({ keyId }) => keyId)).toEqual(['key-of-alpha', 'key-of-gamma']);
  });

  test('whose every key became forbidden during the capture leaves no complete point', async () => {
    changeAt(5, residency({ keys: { allow: ['delta'] } }));
    expect(await backUp()).toMatchObject({ state: 'failed', error: { code: 'placement.region-forbidden' } });
    expect(await stage.catalog.points.list({ instance: shop, limit: 1 })).not.toMatchObject([{ state: 'complete' }]);
  });

  test.each([
    ['is drained', 'region-draining', { regions: () => regionsWith(beta, { status: 'draining' }) }],
    ['is disabled', 'region-disabled', { regions: () => regionsWith(beta, { status: 'disabled' }) }],
    ['is taken off the list', 'region-not-listed', { regions: () => initial.regions.filter(({ id }) => id !== beta) }],
    [
      'has its store elsewhere',
      'store-moved',
      { regions: () => regionsWith(beta, { store: { kind: 'fs', path: `${stage.folder}/delta` } }) },
    ],
  ])('gives no manifest to a region that %s during the capture', async (_what, rule, { regions }) => {
    changeAt(5, { regions: regions() });
    const performed = await backUp();
    if (performed.state !== 'succeeded') throw performed.error;
    expect(performed.result.stored.toSorted()).toEqual([alpha, gamma]);
    const { copies } = await stage.catalog.points.get(performed.result.point);
    expect(copies.find(({ region }) => region === beta)).toMatchObject({ state: 'failed', reason: { rule } });
  });

  test('of data that must be encrypted is not made where no region has a key', async () => {
    const policies = initial.policies.map((policy) => ({ ...policy, encryption: { required: true } }));
    await change({ policies });
    expect(await backUp()).toMatchObject({ state: 'succeeded' });
    await change({ policies, regions: initial.regions.map(({ keyId: _key, ...region }) => region) });
    const pieces: number[] = [];
    stage.pieces.beforePiece = (index) => void pieces.push(index);
    const message = expect.stringContaining('demands encryption, and no region of its placement has a key');
    expect(await backUp()).toMatchObject({ state: 'failed', error: { code: 'placement.region-forbidden', message } });
    expect(pieces).toEqual([]);
  });

  test('gives no manifest to a region whose exception ends during the capture', async () => {
    const exception = (expires: Date): ResidencyException => ({
      ...{ id: 'until', instances: [shop], regions: [beta], purposes: ['data'], reason: 'a move', grantedBy: 'office', expires },
    });
    const confined = { regions: regionsWith(beta, { jurisdictions: ['US'] }) };
    const policies = initial.policies.map(({ placement, ...policy }) => ({
      ...policy,
      placement: { copies: 3, prefer: placement.prefer },
    }));
    const rules = { ...confined, ...residency({}), policies };
    await change({ ...rules, exceptions: [exception(new Date(stage.clock.now().getTime() + 3_600_000))] });
    stage.pieces.beforePiece = async (index) => {
      if (index === 5) await change({ ...rules, exceptions: [exception(new Date(stage.clock.now().getTime() - 1))] });
    };
    const performed = await backUp();
    if (performed.state !== 'succeeded') throw performed.error;
    expect(performed.result.stored.toSorted()).toEqual([alpha, gamma]);
    const { copies } = await stage.catalog.points.get(performed.result.point);
    const text = expect.stringContaining('the exception until expired');
    expect(copies.find(({ region }) => region === beta)).toMatchObject({ reason: { rule: 'residency-not-allowed', text } });
  });

  test('is not captured in a region that was its home when it was asked for, and where its data may no longer be', async () => {
    const run = await createRun(stage, 'backup', { instance: shop, params: {} });
    const {
      source: _source,
      createdAt: _created,
      retiredAt: _retired,
      nextDueAt: _due,
      ...known
    } = await stage.catalog.instances.get(shop);
    const regions = regionsWith(alpha, { jurisdictions: ['US'] });
    await stage.catalog.applyConfig({ ...initial, regions, instances: [{ ...known, home: beta }] }, 'test');
    const pieces: number[] = [];
    stage.pieces.beforePiece = (index) => void pieces.push(index);
    expect(await startRun(stage, 'backup', run)).toMatchObject({ state: 'failed', error: { code: 'placement.region-forbidden' } });
    expect(pieces).toEqual([]);
    await stage.catalog.applyConfig({ ...initial, instances: [known] }, 'test');
  });
});

describe('a put that is under way', () => {
  test('is broken off once its region became forbidden, however long its store takes', async () => {
    const stalled = plantFault(
      (call) => isSegment(call.key) && call.index === 3,
      async (_call, _store, signal) => {
        await change({ regions: regionsWith(gamma, { jurisdictions: ['US'] }) });
        await systemClock.sleep(120_000, { signal });
      },
    );
    stage.plant(gamma, stalled.wrap);
    await stage.changePolicy({ synchronousMinimum: 3 });
    const performed = await perform(stage, 'backup', { instance: shop, params: {} });
    expect(stalled.fired).toHaveLength(1);
    expect(performed).toMatchObject({ state: 'waiting', error: { code: 'placement.none-reachable' } });
    await stage.changePolicy({ synchronousMinimum: 1 });
  });
});

describe('a copy', () => {
  let point: MadePoint;
  beforeAll(async () => {
    await change({});
    point = await makePoint(stage, shop);
  });

  test('is not verified by what was read from the place where the store of its region was', async () => {
    const moving = plantFault(
      (call) => isSegment(call.key) && call.index === 3,
      async () => void (await change({ regions: regionsWith(beta, { store: { kind: 'fs', path: `${stage.folder}/delta` } }) })),
    );
    stage.plant(beta, moving.wrap);
    const wanted = { instance: shop, params: { point: point.id, region: beta }, point: point.id, region: beta };
    const performed = await perform(stage, 'verify', wanted);
    expect(moving.fired).toHaveLength(1);
    expect(performed.state).not.toBe('succeeded');
    expect((await point.copies())['beta']?.state).toBe('stored');
  });
});

test.each([
  ['its region is drained', { status: 'draining' }, 'placement.region-forbidden', 'blocked'],
  ['its region has its store elsewhere', { store: { kind: 'fs', path: '/nowhere' } }, 'store.moved', 'failed'],
])('a replicate on whose way %s makes no copy', async (_what, changed, code, state) => {
  await stage.report(gamma, false);
  const point = await makePoint(stage, shop);
  await stage.report(gamma, true);
  const fault = plantFault(
    (call) => isSegment(call.key) && call.index === 2,
    async () => void (await change({ regions: regionsWith(gamma, changed) })),
  );
  stage.plant(alpha, fault.wrap);
  stage.plant(beta, fault.wrap);
  const wanted = { instance: shop, params: { point: point.id, target: gamma }, point: point.id, region: gamma };
  expect(await perform(stage, 'replicate', wanted)).toMatchObject({ state: 'failed', error: { code } });
  expect(fault.fired).not.toEqual([]);
  expect((await point.copies())['gamma']).toMatchObject({ state });
  expect((await point.keys(gamma)).filter(isManifest)).toEqual([]);
});

describe('a restore', () => {
  let point: MadePoint;
  let target: string;
  beforeAll(async () => {
    await change({});
    point = await makePoint(stage, shop);
  });
  beforeEach(() => {
    target = `pieces:target-${targets++}`;
  });
  const restore = (asked: { drill?: boolean } = {}) => {
    const params = { point: point.id, to: beta, target: stage.nameConnection(target), ...asked };
    const dependencies = stage.dependencies({ clock: everyMoment() });
    return perform(stage, 'restore', { instance: shop, params, point: point.id, region: beta }, { dependencies });
  };
  const forbidden = { state: 'failed', error: { code: 'placement.region-forbidden' } };
  const noRestores = residency({ restore: { allow: ['alpha'] } });

  test('into a region where the data may not be restored is refused, also where copies may be', async () => {
    await change(noRestores);
    expect(await restore()).toMatchObject(forbidden);
    expect(stage.pieces.targets.has(target)).toBe(false);
  });

  test('that is a drill may go where drills may, also where restores may not, and nowhere else', async () => {
    await change(residency({ restore: { allow: ['alpha'] }, drill: { allow: ['beta'] } }));
    expect(await restore({ drill: true })).toMatchObject({ state: 'succeeded' });
    const [newest] = await stage.catalog.audit.list({ subject: point.id, action: 'restore.started', limit: 1 });
    expect(newest).toMatchObject({ facts: { drill: true } });
    target = `pieces:target-${targets++}`;
    await change(residency({ drill: { allow: ['alpha'] } }));
    expect(await restore({ drill: true })).toMatchObject(forbidden);
    expect(stage.pieces.targets.has(target)).toBe(false);
    expect(await restore()).toMatchObject({ state: 'succeeded' });
  });

  test('gives a drill nothing more once drills became forbidden there', async () => {
    stage.pieces.beforeRead = async (index) => {
      if (index === 3) await change(residency({ drill: { allow: ['alpha'] } }));
    };
    expect(await restore({ drill: true })).toMatchObject(forbidden);
    expect(stage.pieces.targets.get(target)).toMatchObject({ pieces: { length: 3 }, incomplete: true });
  });

  test('gives the target nothing more once restores became forbidden there', async () => {
    stage.pieces.beforeRead = async (index) => {
      if (index === 3) await change(noRestores);
    };
    expect(await restore()).toMatchObject(forbidden);
    expect(stage.pieces.targets.get(target)).toMatchObject({ pieces: { length: 3 }, incomplete: true });
  });

  test('does not complete a target when restores became forbidden there after the last byte', async () => {
    stage.pieces.afterReads = async () => void (await change(noRestores));
    expect(await restore()).toMatchObject(forbidden);
    expect(stage.pieces.targets.get(target)).toMatchObject({ pieces: { length: 8 }, incomplete: true });
  });

  test('may go into a region that is draining, and not into one that is disabled', async () => {
    await change({ regions: regionsWith(beta, { status: 'disabled' }) });
    expect(await restore()).toMatchObject(forbidden);
    await change({ regions: regionsWith(beta, { status: 'draining' }) });
    expect(await restore()).toMatchObject({ state: 'succeeded' });
  });
});

test('no manifest was ever left where a copy is not stored', async () => {
  for (const point of await stage.catalog.points.list({ instance: shop, limit: 100 })) {
    for (const { region, state } of point.copies.filter((copy) => copy.state === 'failed')) {
      const store = await stage.storeOf(region);
      for await (const { key } of store.list(`v1/${shop}/${point.id}/`))
        expect(isManifest(key), `${key} in ${region}, ${state}`).toBe(false);
    }
  }
});
