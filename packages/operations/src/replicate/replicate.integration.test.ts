import { type InstanceId, systemClock } from '@cbcr/domain';
import { planRepairs } from '@cbcr/policy';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { crashProcess, failOnceItHolds, isManifest, isSegment, plantFault, type StoreFault } from '../../test/faults.ts';
import { type MadePoint, makePoint, nth } from '../../test/made-point.ts';
import { createRun, perform, startRun } from '../../test/perform.ts';
import { alpha, beta, createStage, gamma, type Stage } from '../../test/stage.ts';
import { readDecisionFacts } from '../index.ts';

let stage: Stage;
let shop: InstanceId;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock, tuning: { readAhead: 1, stallTimeoutMs: 300 } });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
});
afterAll(() => stage.close());
beforeEach(async () => {
  for (const region of [alpha, beta, gamma]) stage.plant(region, null);
  await stage.changePolicy({ copies: 3, prefer: [beta, gamma], jurisdictions: ['EU'] });
});

/** A point that gamma owes: its capture lost gamma after some segments. */
async function makeOwingPoint(): Promise<MadePoint> {
  const fault = plantFault((call) => call.operation === 'put' && call.index >= 3, failOnceItHolds);
  stage.plant(gamma, fault.wrap);
  const point = await makePoint(stage, shop);
  expect(fault.fired).not.toEqual([]);
  stage.plant(gamma, null);
  return point;
}
const wanted = (point: MadePoint) => ({ instance: shop, params: { point: point.id, target: gamma }, point: point.id, region: gamma });
const replicate = (point: MadePoint) => perform(stage, 'replicate', wanted(point));
function watch(region: typeof alpha, hits: Parameters<typeof plantFault>[0] = () => false): StoreFault {
  const fault = plantFault(hits);
  stage.plant(region, fault.wrap);
  return fault;
}
/** What the reconciler would have done about the copies of the point, in a moment from now. */
async function planOf(point: MadePoint) {
  const facts = await readDecisionFacts(stage.dependencies(), shop);
  const record = await stage.catalog.points.get(point.id);
  const now = new Date(systemClock.now().getTime() + 3_600_000);
  const { runs } = planRepairs({
    points: [{ point: record, instance: shop, placement: facts.placement, copies: record.copies, activeRuns: [] }],
    health: facts.health,
    now,
  });
  return Object.fromEntries(runs.map(({ region, purpose, reason }) => [region, `${purpose}: ${reason.rule}`]));
}

test('a debt is repaid from the best source, and only what the detached region does not hold is moved', async () => {
  const point = await makeOwingPoint();
  await point.verify(beta);
  const present = await point.segments(gamma);
  expect(present.length).toBeGreaterThan(0);
  const [best, other] = [watch(beta), watch(alpha)];
  const performed = await replicate(point);
  if (performed.state !== 'succeeded') throw performed.error;
  expect(performed.result.source).toEqual([beta]);
  expect(other.calls).toEqual([]);
  expect(best.calls.filter(({ key }) => isSegment(key))).toHaveLength(8 - present.length);
  expect(performed.result.presentBytes).toBeGreaterThan(0);
  expect(performed.result.movedBytes + performed.result.presentBytes).toBe((await stage.catalog.points.get(point.id)).storedBytes);
  expect(await point.fingerprint(gamma)).toEqual(await point.fingerprint(alpha));
  expect((await point.copies())['gamma']).toMatchObject({ state: 'stored', reason: { rule: 'replicated' } });
  await point.verify(gamma);
});

test('a source that dies in the middle hands over to the next', async () => {
  const point = await makeOwingPoint();
  const dying = watch(alpha, (call) => call.operation === 'get' && call.index >= 3);
  const performed = await replicate(point);
  expect(dying.fired).not.toEqual([]);
  expect(performed).toMatchObject({ state: 'succeeded', result: { source: [alpha, beta] } });
  expect(await point.fingerprint(gamma)).toEqual(await point.fingerprint(beta));
});

test('a source that hangs before it gives its manifest is passed over', async () => {
  const point = await makeOwingPoint();
  const hanging = plantFault(
    (call) => isManifest(call.key),
    (_call, _store, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  );
  stage.plant(alpha, hanging.wrap);
  expect(await replicate(point)).toMatchObject({ state: 'succeeded' });
  expect(hanging.fired).toHaveLength(1);
});

test('when every source is away the run waits, and what was moved is kept', async () => {
  const point = await makeOwingPoint();
  const faults = [alpha, beta].map((region) => watch(region, (call) => call.operation === 'get' && call.index >= 2));
  const performed = await replicate(point);
  for (const fault of faults) expect(fault.fired).not.toEqual([]);
  expect(performed).toMatchObject({ state: 'waiting', run: { attempts: 0 } });
  stage.plant(alpha, null);
  const again = await startRun(stage, 'replicate', performed.run);
  expect(again).toMatchObject({ state: 'succeeded' });
  if (again.state === 'succeeded') expect(again.result.presentBytes).toBeGreaterThan(again.result.movedBytes / 2);
});

test('a target that has become forbidden is blocked and gets not one byte', async () => {
  const point = await makeOwingPoint();
  const before = await point.fingerprint(gamma);
  const target = watch(gamma);
  const policies = (await stage.catalog.policies.list()).map(({ policy }) => policy);
  const regions = stage.regions.map((region) => (region.id === gamma ? { ...region, jurisdictions: ['US'] } : region));
  await stage.catalog.applyConfig({ regions, policies, instances: [] }, 'test');
  const performed = await replicate(point);
  expect(performed).toMatchObject({ state: 'failed', error: { code: 'placement.region-forbidden' } });
  expect((await point.copies())['gamma']).toMatchObject({ state: 'blocked', reason: { rule: 'placement.region-forbidden' } });
  expect(target.calls).toEqual([]);
  expect(await point.fingerprint(gamma)).toEqual(before);
});

test('a target that becomes forbidden on the way gets no manifest', async () => {
  const point = await makeOwingPoint();
  const policies = (await stage.catalog.policies.list()).map(({ policy }) => policy);
  const regions = stage.regions.map((region) => (region.id === gamma ? { ...region, jurisdictions: ['US'] } : region));
  const fault = plantFault(
    (call) => isSegment(call.key) && call.index === 2,
    async () => void (await stage.catalog.applyConfig({ regions, policies, instances: [] }, 'test')),
  );
  stage.plant(alpha, fault.wrap);
  expect(await replicate(point)).toMatchObject({ state: 'failed', error: { code: 'placement.region-forbidden' } });
  expect(fault.fired).toHaveLength(1);
  expect((await point.copies())['gamma']).toMatchObject({ state: 'blocked' });
  expect((await point.keys(gamma)).filter(isManifest)).toEqual([]);
});

test('a damaged segment in the target is replaced', async () => {
  const point = await makePoint(stage, shop);
  await point.verify(alpha, gamma);
  await point.flipByte(gamma, nth(await point.segments(gamma), 4));
  await perform(stage, 'verify', { instance: shop, params: { point: point.id, region: gamma }, point: point.id, region: gamma });
  expect((await point.copies())['gamma']).toMatchObject({ state: 'failed', reason: { rule: 'format.segment-corrupt' } });
  expect(await planOf(point)).toMatchObject({ gamma: 'make-copy: copy-damaged' });
  expect(await replicate(point)).toMatchObject({ state: 'succeeded' });
  expect(await point.fingerprint(gamma)).toEqual(await point.fingerprint(alpha));
  await point.verify(gamma);
});

test('a damaged manifest in the target is replaced: the catalog knows which one is right', async () => {
  const point = await makePoint(stage, shop);
  await point.verify(alpha, gamma);
  await point.overwrite(gamma, point.manifest, (bytes) => bytes.subarray(0, 200));
  await perform(stage, 'verify', { instance: shop, params: { point: point.id, region: gamma }, point: point.id, region: gamma });
  expect((await point.copies())['gamma']).toMatchObject({ state: 'failed' });
  expect(await planOf(point)).toMatchObject({ gamma: 'make-copy: copy-damaged' });
  expect(await replicate(point)).toMatchObject({ state: 'succeeded' });
  expect(await point.fingerprint(gamma)).toEqual(await point.fingerprint(alpha));
  await point.verify(gamma);
});

test('damage in the only source is not damage of the target: the source is verified again, and the copy is tried later', async () => {
  await stage.changePolicy({ copies: 2, prefer: [gamma] });
  const point = await makeOwingPoint();
  await point.verify(alpha);
  await point.flipByte(alpha, nth(await point.segments(alpha), 6));
  const performed = await replicate(point);
  expect(performed).toMatchObject({ state: 'failed', error: { code: 'format.segment-corrupt' } });
  const copies = await point.copies();
  expect(copies['gamma']).toMatchObject({ state: 'failed', reason: { rule: 'source-damaged' }, nextAttemptAt: expect.any(Date) });
  expect(copies['gamma']?.reason.text).toContain('in region alpha');
  expect(copies['alpha']).toMatchObject({ state: 'stored', reason: { rule: 'doubted' } });
  expect(await planOf(point)).toEqual({ alpha: 'verify-copy: not-verified', gamma: 'make-copy: copy-failed' });
});

test('damage in one of several sources costs nothing but its trust', async () => {
  const point = await makeOwingPoint();
  await point.verify(alpha, beta);
  await point.remove(alpha, point.manifest);
  await point.flipByte(beta, nth(await point.segments(beta), 7));
  expect(await replicate(point)).toMatchObject({ state: 'succeeded', result: { source: [beta, alpha] } });
  const { alpha: first, beta: second } = await point.copies();
  expect([first, second]).toMatchObject([
    { state: 'stored', reason: { rule: 'doubted' } },
    { state: 'stored', reason: { rule: 'doubted' } },
  ]);
});

test.each([
  ['once the copy was begun', 'after', (deed: string) => deed === 'copies.startCopying'],
  ['amid the segments', 'after', (deed: string, nth: number) => deed === 'put gamma segment' && nth === 2],
  ['before the manifest', 'before', (deed: string) => deed === 'put gamma manifest'],
  ['between the manifest and the catalog', 'before', (deed: string) => deed === 'copies.markStored'],
  ['after the catalog was told', 'after', (deed: string) => deed === 'copies.markStored'],
] as const)('a process that dies %s leaves what the next start continues', async (_when, when, at) => {
  const point = await makeOwingPoint();
  const run = await createRun(stage, 'replicate', wanted(point));
  const crash = crashProcess(stage.dependencies(), when, at);
  await startRun(stage, 'replicate', run, { dependencies: crash.dependencies, dies: true });
  expect(crash.happened(), `it did ${crash.deeds.join(', ')}`).toBe(true);
  expect(await startRun(stage, 'replicate', run)).toMatchObject({ state: 'succeeded', run: { epoch: 2 } });
  expect((await point.copies())['gamma']).toMatchObject({ state: 'stored' });
  expect(await point.fingerprint(gamma)).toEqual(await point.fingerprint(alpha));
});
