import { createHash } from 'node:crypto';
import { parseObjectKey, segmentKey, withReadOnly } from '@cbcr/blobstore';
import { type InstanceId, type RegionId, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { crashProcess, isManifest, isSegment } from '../../test/faults.ts';
import { makePoint, nth } from '../../test/made-point.ts';
import { createRun, startRun } from '../../test/perform.ts';
import { alpha, beta, createStage, gamma, type Stage } from '../../test/stage.ts';
import { findGarbage } from '../index.ts';

let stage: Stage;
let shop: InstanceId;
let shops = 0;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
});
afterAll(() => stage.close());
beforeEach(async () => {
  shop = await stage.addInstance(`shop-${shops++}`, 'pieces', 'pieces:shop');
});

async function garbageOf(region: RegionId) {
  const store = withReadOnly(await stage.storeOf(region));
  const found: Awaited<ReturnType<AsyncGenerator['next']>>['value'][] = [];
  for await (const garbage of findGarbage({ catalog: stage.catalog, store, instance: shop })) found.push(garbage);
  return found as { key: string; reason: { rule: string } }[];
}
const keysIn = async (region: RegionId) => {
  const keys: string[] = [];
  for await (const { key } of (await stage.storeOf(region)).list(`v1/${shop}/`)) keys.push(key);
  return keys;
};

test('a region that holds only what copies need has no garbage', async () => {
  await makePoint(stage, shop);
  for (const region of [alpha, beta, gamma]) expect(await garbageOf(region)).toEqual([]);
});

test('what a dead attempt left is garbage once another has begun, manifests too, and never what the other one stores', async () => {
  const run = await createRun(stage, 'backup', { instance: shop, params: {} });
  const crash = crashProcess(stage.dependencies(), 'before', (deed) => deed === 'points.complete');
  await startRun(stage, 'backup', run, { dependencies: crash.dependencies, dies: true });
  expect(crash.happened()).toBe(true);
  const left = await keysIn(alpha);
  expect([left.filter(isSegment).length, left.filter(isManifest).length]).toEqual([8, 1]);
  // Its run may still come back to life.
  expect(await garbageOf(alpha)).toEqual([]);

  const amid: unknown[] = [];
  stage.pieces.beforePiece = async (index) => {
    if (index === 5) amid.push((await garbageOf(alpha)).map(({ key }) => key));
  };
  const ended = await startRun(stage, 'backup', run);
  stage.pieces.beforePiece = () => undefined;
  expect(ended).toMatchObject({ state: 'succeeded' });
  expect(amid).toEqual([left]);
  for (const region of [alpha, beta, gamma]) {
    const found = await garbageOf(region);
    expect(found.map(({ key }) => key)).toEqual((await keysIn(region)).filter((key) => parseObjectKey(key)?.point !== ended.run.point));
    expect(new Set(found.map(({ reason }) => reason.rule))).toEqual(new Set(['capture-broke-off']));
  }
});

test('what a replicate may continue is kept', async () => {
  const point = await makePoint(stage, shop);
  await point.remove(gamma, point.manifest);
  await point.remove(gamma, nth(await point.segments(gamma), 3));
  const { run, epoch } = await holdRun();
  const reason = { rule: 'test', text: 'the test says so' };
  await stage.catalog.copies.markFailed({ point: point.id, region: gamma, run, epoch, reason, nextAttemptAt: null });
  expect(await keysIn(gamma)).toHaveLength(7);
  expect(await garbageOf(gamma)).toEqual([]);
});

test('a segment beside a complete copy that its manifest does not name is garbage; without a manifest nothing is', async () => {
  const point = await makePoint(stage, shop);
  const store = await stage.storeOf(beta);
  const body = Buffer.from('written by nobody');
  const key = segmentKey(shop, point.id, { stream: 'piece-00', number: 0, writeToken: '0123456789abcdef' });
  await store.put(key, body, { sha256: createHash('sha256').update(body).digest('hex'), ifAbsent: true });
  expect((await garbageOf(beta)).map((garbage) => [garbage.key, garbage.reason.rule])).toEqual([[key, 'not-in-manifest']]);
  await point.remove(beta, point.manifest);
  expect(await garbageOf(beta)).toEqual([]);
});

test('what lies in a region in which the point has no copy is garbage, and points of other catalogs are not touched', async () => {
  const point = await makePoint(stage, shop);
  const [from, to] = [await stage.storeOf(alpha), await stage.storeOf(stage.regions.at(-1)?.id ?? alpha)];
  const put = async (key: string, body: Uint8Array) =>
    to.put(key, body, { sha256: createHash('sha256').update(body).digest('hex'), ifAbsent: true });
  const moved = nth(await point.segments(alpha), 2);
  await put(moved, await from.get(moved));
  await put(moved.replace(point.id, 'rp_00000000000000000000000000'), Buffer.from('of another catalog'));
  expect((await garbageOf(to.region)).map((garbage) => [garbage.key, garbage.reason.rule])).toEqual([[moved, 'no-copy']]);
});

async function holdRun() {
  const created = await createRun(stage, 'verify', { instance: shop, params: { point: 'rp_00000000000000000000000000', region: gamma } });
  const opened = await stage.catalog.ledger.open(created.id, 'worker of the test');
  if (opened === null) throw new Error('a new run can be opened');
  return { run: opened.id, epoch: opened.epoch };
}
