import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CbcrError, type InstanceId, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { crashProcess, isSegment, plantFault } from '../../test/faults.ts';
import { type MadePoint, makePoint, nth } from '../../test/made-point.ts';
import { createRun, perform, startRun } from '../../test/perform.ts';
import { alpha, beta, createStage, gamma, type Stage } from '../../test/stage.ts';

let stage: Stage;
let shop: InstanceId;
let point: MadePoint;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
});
afterAll(() => stage.close());
beforeEach(async () => {
  for (const region of [alpha, beta, gamma]) stage.plant(region, null);
  point = await makePoint(stage, shop);
});

const wanted = (region: typeof beta = beta) => ({ instance: shop, params: { point: point.id, region }, point: point.id, region });
const verify = () => perform(stage, 'verify', wanted());

test('a copy whose every byte was read back is verified, and only then; the others wait for their own runs', async () => {
  const performed = await verify();
  if (performed.state !== 'succeeded') throw performed.error;
  expect(performed.result).toMatchObject({ segments: 8, plaintextBytes: 160_000 });
  const copies = await point.copies();
  expect(copies['beta']).toMatchObject({ state: 'verified', reason: { rule: 'read-back' }, verifiedAt: expect.any(Date) });
  expect([copies['alpha']?.state, copies['gamma']?.state]).toEqual(['stored', 'stored']);
});

const damages: [string, string, (made: MadePoint) => Promise<void>, RegExp][] = [
  ['flipped bit', 'format.segment-corrupt', async (made) => made.flipByte(beta, nth(await made.segments(beta), 3)), /piece-03/],
  [
    'cut segment',
    'format.segment-corrupt',
    async (made) => made.overwrite(beta, nth(await made.segments(beta), 5), (bytes) => bytes.subarray(1)),
    /piece-05/,
  ],
  ['missing segment', 'store.object-missing', async (made) => made.remove(beta, nth(await made.segments(beta), 7)), /piece-07/],
  ['missing manifest', 'store.object-missing', async (made) => made.remove(beta, made.manifest), /manifest\.json/],
  [
    'manifest of other bytes',
    'format.manifest-corrupt',
    async (made) => made.overwrite(beta, made.manifest, (bytes) => Buffer.concat([bytes, Buffer.from(' ')])),
    /manifest/,
  ],
];

test.each(damages)(
  'a %s makes the copy a debt with the reason %s, which names the copy and the place',
  async (_what, code, damage, place) => {
    await damage(point);
    const performed = await verify();
    expect(performed).toMatchObject({ state: 'failed', error: { code } });
    const { beta: copy, alpha: other } = await point.copies();
    expect(copy).toMatchObject({ state: 'failed', reason: { rule: code }, nextAttemptAt: null });
    expect(copy?.reason.text).toMatch(place);
    expect(copy?.reason.text).toContain('beta');
    expect(other?.state).toBe('stored');
  },
);

test('damage of a copy that was verified long ago is found as well', async () => {
  await point.verify(beta);
  await point.flipByte(beta, nth(await point.segments(beta), 0));
  expect(await verify()).toMatchObject({ state: 'failed', error: { code: 'format.segment-corrupt' } });
  expect((await point.copies())['beta']).toMatchObject({ state: 'failed' });
});

test('an outage proves nothing: the run waits and the copy stays as it was', async () => {
  await rename(join(stage.folder, 'beta'), join(stage.folder, 'beta-away'));
  const away = await verify();
  await rename(join(stage.folder, 'beta-away'), join(stage.folder, 'beta'));
  expect(away).toMatchObject({ state: 'waiting', error: { code: 'store.unreachable' }, run: { attempts: 0 } });
  expect((await point.copies())['beta']).toMatchObject({ state: 'stored', attempts: 0 });

  const fault = plantFault((call) => call.operation === 'get' && isSegment(call.key) && call.index > 4);
  stage.plant(beta, fault.wrap);
  expect(await verify()).toMatchObject({ state: 'waiting' });
  expect(fault.fired).not.toEqual([]);
  expect((await point.copies())['beta']).toMatchObject({ state: 'stored', attempts: 0 });
});

test('a cancelled verification changes nothing', async () => {
  const cancelling = new AbortController();
  const fault = plantFault(
    (call) => call.index === 3,
    async () => cancelling.abort(new CbcrError('run.cancelled', { by: 'the test' })),
  );
  stage.plant(beta, fault.wrap);
  const run = await createRun(stage, 'verify', wanted());
  expect(await startRun(stage, 'verify', run, { signal: cancelling.signal })).toMatchObject({ state: 'cancelled' });
  expect((await point.copies())['beta']).toMatchObject({ state: 'stored' });
});

test.each(['before', 'after'] as const)(
  'a process that dies %s it has told the verdict lets the next start tell it again',
  async (when) => {
    const run = await createRun(stage, 'verify', wanted());
    const crash = crashProcess(stage.dependencies(), when, (deed) => deed === 'copies.markVerified');
    await startRun(stage, 'verify', run, { dependencies: crash.dependencies, dies: true });
    expect(crash.happened()).toBe(true);
    expect(await startRun(stage, 'verify', run)).toMatchObject({ state: 'succeeded', run: { epoch: 2 } });
    expect((await point.copies())['beta']).toMatchObject({ state: 'verified' });
  },
);
