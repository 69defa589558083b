import { CbcrError, type InstanceId, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { crashProcess, isManifest, plantFault } from '../../test/faults.ts';
import { type MadePoint, makePoint, nth } from '../../test/made-point.ts';
import { createRun, perform, startRun } from '../../test/perform.ts';
import { alpha, beta, createStage, delta, gamma, type Stage } from '../../test/stage.ts';

let stage: Stage;
let shop: InstanceId;
let point: MadePoint;
let targets = 0;
let target: string;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock, tuning: { readAhead: 1, stallTimeoutMs: 300 } });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
  point = await makePoint(stage, shop);
});
afterAll(() => stage.close());
beforeEach(async () => {
  for (const region of [alpha, beta, gamma]) {
    stage.plant(region, null);
    await stage.report(region, true);
  }
  stage.pieces.beforeRead = () => undefined;
  target = `pieces:target-${targets++}`;
});

const wanted = (to = beta) => ({
  instance: shop,
  params: { point: point.id, to, target: stage.nameConnection(target) },
  point: point.id,
  region: to,
});
const restore = (to = beta) => perform(stage, 'restore', wanted(to));
/** What the audit trail says of restores of the point, the newest first. */
const told = async () => (await stage.catalog.audit.list({ subject: point.id })).filter(({ action }) => action.startsWith('restore.'));
const whole = () => ({ pieces: stage.pieces.contents('pieces:shop'), incomplete: false });

test('a point is restored from the best copy: in the region itself, verified before stored', async () => {
  const near = await restore(gamma);
  expect(near).toMatchObject({ state: 'succeeded', result: { plaintextBytes: 160_000, segmentsFrom: { gamma: 8 } } });
  expect(stage.pieces.targets.get(target)).toEqual(whole());
  expect(await told()).toMatchObject([
    { action: 'restore.finished', facts: { instance: shop, region: gamma, segmentsFrom: { gamma: 8 } } },
    { action: 'restore.started', facts: { instance: shop, region: gamma, attempt: 1 } },
  ]);

  await point.verify(alpha);
  target = `pieces:target-${targets++}`;
  const trusted = await restore(gamma);
  if (trusted.state !== 'succeeded') throw trusted.error;
  expect(trusted.result.segmentsFrom).toEqual({ alpha: 8 });
  expect(trusted.result.ranking.map(({ region, rank }) => [region, rank])).toEqual([
    [alpha, 1],
    [gamma, 2],
    [beta, 3],
  ]);
  expect(trusted.result.ranking[0]?.reason).toContain('the copy is verified');
});

test('a restore that came to its end is the last one of its instance, and one that did not is not', async () => {
  const last = async () => (await stage.catalog.restores.last()).get(shop);
  const done = await restore(gamma);
  if (done.state !== 'succeeded') throw done.error;
  const known = await last();
  expect(known).toMatchObject({ point: point.id, run: done.run.id, region: gamma, plaintextBytes: 160_000 });
  expect(known?.requestedAt).toEqual(done.run.createdAt);
  expect(known?.finishedAt.getTime()).toBeGreaterThan(known?.requestedAt.getTime() ?? Number.POSITIVE_INFINITY);
  expect(await restore(gamma)).toMatchObject({ state: 'failed' });
  expect(await last()).toEqual(known);
});

test('a target that holds something is refused, unless its exact name confirms that it is emptied', async () => {
  expect(await restore()).toMatchObject({ state: 'succeeded' });
  expect(await restore()).toMatchObject({ state: 'failed', error: { code: 'engine.target-not-empty' } });
  const cleaning = (clean: string) => perform(stage, 'restore', { ...wanted(), params: { ...wanted().params, clean } });
  expect(await cleaning('pieces:other')).toMatchObject({ state: 'failed', error: { code: 'engine.clean-unconfirmed' } });
  expect(await cleaning(target)).toMatchObject({ state: 'succeeded' });
  expect(stage.pieces.targets.get(target)).toEqual(whole());
});

test('the database that an instance has now is not emptied, also when the point was captured elsewhere', async () => {
  target = 'pieces:shop';
  const performed = await perform(stage, 'restore', { ...wanted(), params: { ...wanted().params, clean: target } });
  expect(performed).toMatchObject({ state: 'failed', error: { code: 'engine.target-is-source' } });
  expect(stage.pieces.targets.has(target)).toBe(false);
});

test('a region that is down is not read, and the ranking says so', async () => {
  await stage.report(alpha, false);
  const watch = plantFault(() => false);
  stage.plant(alpha, watch.wrap);
  const performed = await restore();
  if (performed.state !== 'succeeded') throw performed.error;
  expect(watch.calls).toEqual([]);
  expect(performed.result.ranking.at(-1)).toMatchObject({ region: alpha, rank: null, reason: expect.stringContaining('down') });
  expect(stage.pieces.targets.get(target)).toEqual(whole());
});

test('a source that is lost half-way is replaced by the next, and the result names both', async () => {
  let lost = false;
  const fault = plantFault(() => lost);
  stage.plant(alpha, fault.wrap);
  stage.pieces.beforeRead = (index) => {
    if (index === 4) lost = true;
  };
  const performed = await restore();
  if (performed.state !== 'succeeded') throw performed.error;
  expect(fault.fired).not.toEqual([]);
  expect(performed.result.segmentsFrom).toEqual({ alpha: 4, beta: 4 });
  expect(stage.pieces.targets.get(target)).toEqual(whole());
});

test('a source that hangs is overtaken', async () => {
  const hanging = plantFault(
    (call) => !isManifest(call.key) && call.index > 3,
    (_call, _store, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  );
  stage.plant(alpha, hanging.wrap);
  expect(await restore()).toMatchObject({ state: 'succeeded' });
  expect(hanging.fired).not.toEqual([]);
  expect(stage.pieces.targets.get(target)).toEqual(whole());
});

test('damage is never handed to the engine: the segment comes from elsewhere, and the damaged copy is verified again', async () => {
  const made = await makePoint(stage, shop);
  await made.verify(alpha);
  await made.flipByte(alpha, nth(await made.segments(alpha), 2));
  const params = { point: made.id, to: beta, target: stage.nameConnection(target) };
  const performed = await perform(stage, 'restore', { instance: shop, params, point: made.id, region: beta });
  expect(performed).toMatchObject({ state: 'succeeded', result: { segmentsFrom: { alpha: 7, beta: 1 } } });
  expect(stage.pieces.targets.get(target)).toEqual(whole());
  const copies = await made.copies();
  expect(copies['alpha']).toMatchObject({ state: 'stored', reason: { rule: 'doubted' } });
  // A restore takes trust away; it deletes, expires and fails nothing.
  expect([copies['beta']?.state, copies['gamma']?.state]).toEqual(['stored', 'stored']);
});

test('data is not restored where it may not be', async () => {
  expect(await restore(delta)).toMatchObject({ state: 'failed', error: { code: 'placement.region-forbidden' } });
  expect(stage.pieces.targets.has(target)).toBe(false);
  expect((await told())[0]).toMatchObject({ action: 'restore.refused', facts: { region: delta, code: 'placement.region-forbidden' } });
});

test('a target that is not empty is refused and left as it is', async () => {
  await restore();
  const before = structuredClone(stage.pieces.targets.get(target));
  expect(await restore()).toMatchObject({ state: 'failed', error: { code: 'engine.target-not-empty' } });
  expect(stage.pieces.targets.get(target)).toEqual(before);
});

test('while no copy can be read the restore waits, and the target is untouched', async () => {
  for (const region of [alpha, beta, gamma]) await stage.report(region, false);
  const run = await createRun(stage, 'restore', wanted());
  const first = await startRun(stage, 'restore', run);
  expect(first).toMatchObject({ state: 'waiting', error: { code: 'format.unreadable' }, run: { attempts: 0 } });
  expect(first.state === 'waiting' && first.error.message).toMatch(/alpha is down.*beta is down.*gamma is down/);
  expect(stage.pieces.targets.has(target)).toBe(false);

  await stage.report(gamma, true);
  expect(await startRun(stage, 'restore', run)).toMatchObject({ state: 'succeeded', result: { segmentsFrom: { gamma: 8 } } });
  expect(stage.pieces.targets.get(target)).toEqual(whole());
});

test('a restore that is cancelled ends at once and leaves a target that is visibly incomplete', async () => {
  const cancelling = new AbortController();
  stage.pieces.beforeRead = async (index, signal) => {
    if (index !== 3) return;
    cancelling.abort(new CbcrError('run.cancelled', { by: 'the test' }));
    await systemClock.sleep(60_000, { signal });
  };
  const run = await createRun(stage, 'restore', wanted());
  const startedAt = systemClock.monotonicMs();
  expect(await startRun(stage, 'restore', run, { signal: cancelling.signal })).toMatchObject({ state: 'cancelled' });
  // The source holds its piece back for a minute.
  expect(systemClock.monotonicMs() - startedAt).toBeLessThan(45_000);
  expect(stage.pieces.targets.get(target)).toMatchObject({ incomplete: true });
  expect((await point.copies())['beta']).toMatchObject({ state: 'stored' });
});

test.each(['before', 'after'] as const)(
  'a process that dies %s the checkpoint before the end of its restore is followed by another, which ends it',
  async (when) => {
    const run = await createRun(stage, 'restore', wanted());
    const crash = crashProcess(stage.dependencies(), when, (deed) => deed === 'ledger.checkpoint');
    await startRun(stage, 'restore', run, { dependencies: crash.dependencies, dies: true });
    expect(crash.happened()).toBe(true);
    expect(stage.pieces.targets.get(target)).toMatchObject({ incomplete: true });
    expect(await startRun(stage, 'restore', run)).toMatchObject({ state: 'succeeded', result: { segmentsFrom: { alpha: 8 } } });
    expect(stage.pieces.targets.get(target)).toEqual(whole());
  },
);

test('a process that dies once its target is complete is followed by another, which touches nothing', async () => {
  const run = await createRun(stage, 'restore', wanted());
  const first = await startRun(stage, 'restore', run, { dies: true });
  if (first.state !== 'succeeded') throw first.error;
  const reads = [alpha, beta, gamma].map((region) => {
    const watch = plantFault(() => false);
    stage.plant(region, watch.wrap);
    return watch;
  });
  const before = stage.pieces.targets.get(target);
  const second = await startRun(stage, 'restore', run);
  expect(second).toMatchObject({ state: 'succeeded', result: first.result });
  expect(stage.pieces.targets.get(target)).toBe(before);
  expect(reads.flatMap(({ calls }) => calls)).toEqual([]);
  const actions = (await told()).filter(({ actor }) => actor === `run:${run.id}`).map(({ action }) => action);
  expect(actions).toEqual(['restore.finished', 'restore.started']);
});
