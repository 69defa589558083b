import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestKey, parseObjectKey, readManifest } from '@cbcr/blobstore';
import { CbcrError, type InstanceId, type RecoveryPointId, systemClock } from '@cbcr/domain';
import { waitUntil } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { failOnceItHolds, isManifest, isSegment, plantFault, type StoreCall } from '../../test/faults.ts';
import { createRun, perform, startRun, succeed } from '../../test/perform.ts';
import { alpha, beta, createStage, delta, gamma, type Stage } from '../../test/stage.ts';

let stage: Stage;
let shop: InstanceId;
beforeAll(async () => {
  stage = await createStage({
    adminUrl: inject('postgresAdminUrl'),
    clock: systemClock,
    tuning: { lagToleranceMs: 1_000, windowBytes: 40_000 },
  });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
});
afterAll(() => stage.close());
afterEach(async () => {
  stage.pieces.beforePiece = () => undefined;
  for (const region of [alpha, beta, gamma]) {
    stage.plant(region, null);
    await stage.report(region, true);
  }
  await stage.changePolicy({ copies: 3, prefer: [beta, gamma], jurisdictions: ['EU'], synchronousMinimum: 1 });
});

const backUp = () => perform(stage, 'backup', { instance: shop, params: {} });
const copiesOf = async (point: RecoveryPointId) =>
  Object.fromEntries((await stage.catalog.points.get(point)).copies.map((copy) => [copy.region, copy]));
const manifestOf = async (region: typeof alpha, point: RecoveryPointId) => (await stage.storeOf(region)).get(manifestKey(shop, point));
async function keysIn(region: typeof alpha, point: RecoveryPointId): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of (await stage.storeOf(region)).list('')) if (parseObjectKey(key)?.point === point) keys.push(key);
  return keys;
}
const pointsOf = async (run: { id: string }) =>
  (await stage.catalog.points.list({ instance: shop })).filter((point) => point.run === run.id);

test('one capture is stored in every placed region: the same manifest, the same segments, under the keys of all', async () => {
  const { point, stored, detached } = await succeed(stage, 'backup', { instance: shop, params: {} });
  expect([stored.toSorted(), detached]).toEqual([[alpha, beta, gamma], []]);
  const record = await stage.catalog.points.get(point);
  expect(record).toMatchObject({ state: 'complete', plaintextBytes: 160_000, copies: [{}, {}, {}] });
  for (const copy of record.copies) expect(copy).toMatchObject({ state: 'stored', storedBytes: record.storedBytes, verifiedAt: null });

  const manifests = await Promise.all([alpha, beta, gamma].map((region) => manifestOf(region, point)));
  for (const bytes of manifests) expect(createHash('sha256').update(bytes).digest('hex')).toBe(record.manifestSha256);
  const { manifest } = await readManifest(await stage.storeOf(beta), { instance: shop, point, keys: stage.dependencies().keys });
  expect(manifest.encryption?.wrappedKeys.map(({ keyId }) => keyId)).toEqual(['key-of-alpha', 'key-of-beta', 'key-of-gamma']);
  const [holding] = await stage.catalog.holdings.list([shop]);
  expect(holding?.points.find(({ id }) => id === point)?.keyIds).toEqual(['key-of-alpha', 'key-of-beta', 'key-of-gamma']);
  expect(await keysIn(beta, point)).toEqual(await keysIn(alpha, point));
  expect(await keysIn(delta, point)).toEqual([]);
  expect(stage.pieces.open).toBe(0);
});

test('a region that dies in the middle is detached: the capture succeeds without it, and the copy is owed with the reason', async () => {
  const fault = plantFault((call) => call.operation === 'put' && call.index >= 3, failOnceItHolds);
  stage.plant(gamma, fault.wrap);
  const { point, stored, detached } = await succeed(stage, 'backup', { instance: shop, params: {} });
  expect(fault.fired).not.toEqual([]);
  expect(stored.toSorted()).toEqual([alpha, beta]);
  expect(detached).toMatchObject([{ region: gamma, reason: expect.stringContaining('planted at put') }]);
  expect((await copiesOf(point))['gamma']).toMatchObject({
    state: 'failed',
    reason: { rule: 'store-failed' },
    attempts: 1,
    nextAttemptAt: null,
  });
  const left = await keysIn(gamma, point);
  expect(left.length).toBeGreaterThan(0);
  expect(left.filter(isManifest)).toEqual([]);
});

test('a region that hangs is detached once it has used up its patience', async () => {
  const fault = plantFault(
    (call) => call.operation === 'put',
    (_call, _store, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  );
  stage.plant(beta, fault.wrap);
  const { point, stored } = await succeed(stage, 'backup', { instance: shop, params: {} });
  expect(fault.fired).not.toEqual([]);
  expect(stored.toSorted()).toEqual([alpha, gamma]);
  expect((await copiesOf(point))['beta']).toMatchObject({ state: 'failed', reason: { rule: 'too-slow' }, nextAttemptAt: expect.any(Date) });
});

test('a region whose folder is gone is a debt like any other', async () => {
  const folder = join(stage.folder, 'beta');
  await rename(folder, `${folder}-away`);
  const { point } = await succeed(stage, 'backup', { instance: shop, params: {} });
  await rename(`${folder}-away`, folder);
  const copies = await copiesOf(point);
  expect(copies['beta']).toMatchObject({ state: 'failed', reason: { rule: 'store-failed' } });
  expect(copies['alpha']?.state).toBe('stored');
});

test('a region that is known to be down is not even tried', async () => {
  await stage.report(beta, false);
  const watch = plantFault(() => false);
  stage.plant(beta, watch.wrap);
  const { point, detached } = await succeed(stage, 'backup', { instance: shop, params: {} });
  expect(watch.calls).toEqual([]);
  expect(detached).toMatchObject([{ region: beta, reason: expect.stringContaining('is down') }]);
  expect((await copiesOf(point))['beta']).toMatchObject({ state: 'failed', reason: { rule: 'region-down' }, nextAttemptAt: null });
});

test('with fewer regions than the synchronous minimum nothing is captured, and the run waits', async () => {
  await stage.changePolicy({ synchronousMinimum: 2 });
  await stage.report(beta, false);
  await stage.report(gamma, false);
  const performed = await backUp();
  expect(performed).toMatchObject({ state: 'waiting', error: { code: 'placement.none-reachable' }, run: { attempts: 0, point: null } });
});

test.each([
  ['on the way', (call: StoreCall) => call.operation === 'put' && call.index >= 2],
  ['with the last segments', (call: StoreCall) => call.operation === 'put' && call.index >= 7],
  ['with the manifests', (call: StoreCall) => isManifest(call.key)],
])('losing the synchronous minimum %s leaves no complete point, and the run waits', async (_when, hits) => {
  await stage.changePolicy({ synchronousMinimum: 2 });
  const faults = [beta, gamma].map((region) => {
    const fault = plantFault(hits);
    stage.plant(region, fault.wrap);
    return fault;
  });
  const performed = await backUp();
  for (const fault of faults) expect(fault.fired).not.toEqual([]);
  expect(performed).toMatchObject({ state: 'waiting', error: { code: 'placement.none-reachable' } });
  expect((await pointsOf(performed.run)).map(({ state }) => state)).toEqual(['failed']);
});

test('a stream that breaks off is no recovery point: nothing is stored, no manifest exists anywhere', async () => {
  stage.pieces.beforePiece = (index) => {
    if (index === 5) throw new Error('the child was killed by SIGKILL');
  };
  const performed = await backUp();
  expect(performed).toMatchObject({ state: 'failed', error: { code: 'engine.capture-failed' }, run: { attempts: 1 } });
  const [point, ...others] = await pointsOf(performed.run);
  expect(others).toEqual([]);
  expect(point).toMatchObject({ state: 'failed', manifestSha256: null });
  expect(point?.copies.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
  for (const region of [alpha, beta, gamma]) {
    const keys = point === undefined ? [] : await keysIn(region, point.id);
    expect(keys.filter(isManifest)).toEqual([]);
  }
  expect(stage.pieces.open).toBe(0);
});

test('a region that becomes forbidden during the capture gets no manifest, and its copy is owed with the rule', async () => {
  stage.pieces.beforePiece = async (index) => {
    if (index === 6) await stage.catalog.applyConfig(await withoutBeta(), 'test');
  };
  const { point, stored } = await succeed(stage, 'backup', { instance: shop, params: {} });
  expect(stored.toSorted()).toEqual([alpha, gamma]);
  expect((await copiesOf(point))['beta']).toMatchObject({ state: 'failed', reason: { rule: 'jurisdiction-forbidden' } });
  const keys = await keysIn(beta, point);
  expect(keys.filter(isSegment).length).toBeGreaterThan(0);
  expect(keys.filter(isManifest)).toEqual([]);
});

/** The configuration in which beta has moved to another jurisdiction. */
async function withoutBeta() {
  const policies = (await stage.catalog.policies.list()).map(({ policy }) => policy);
  const regions = stage.regions.map((region) => (region.id === beta ? { ...region, jurisdictions: ['US'] } : region));
  return { regions, policies, instances: [] };
}

test('a cancelled backup ends within two seconds and leaves no complete point', async () => {
  const cancelling = new AbortController();
  const waiting = Promise.withResolvers<void>();
  stage.pieces.beforePiece = async (index, signal) => {
    if (index !== 4) return;
    waiting.resolve();
    await systemClock.sleep(60_000, { signal });
  };
  const run = await createRun(stage, 'backup', { instance: shop, params: {} });
  const performing = startRun(stage, 'backup', run, { signal: cancelling.signal });
  await waiting.promise;
  const cancelledAt = systemClock.monotonicMs();
  cancelling.abort(new CbcrError('run.cancelled', { by: 'the test' }));
  const performed = await performing;
  // Two seconds are promised; a machine that has other work gets more. Nobody would end it within a minute.
  expect(systemClock.monotonicMs() - cancelledAt).toBeLessThan(20_000);
  expect(performed).toMatchObject({ state: 'cancelled', error: { code: 'run.cancelled' } });
  expect((await pointsOf(run)).map(({ state }) => state)).toEqual(['failed']);
  expect(await waitUntil(() => stage.pieces.open === 0, { deadlineMs: 20_000 })).toBe(true);
});
