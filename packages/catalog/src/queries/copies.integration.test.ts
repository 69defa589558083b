import { systemClock as clock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alpha, applyStage, beginPoint, beta, completePoint, gamma, openRun, reason, shop, store } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';
import type { FencedCopy } from './copies.ts';
import type { PointRecord } from './point-record.ts';

let stage: TestCatalog;
let catalog: Catalog;
let point: PointRecord;
let inBeta: FencedCopy;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterAll(() => stage.drop());
beforeEach(async () => {
  const held = await openRun(catalog);
  point = await completePoint(catalog, held, clock.now());
  inBeta = { ...held, point: point.id, region: beta, reason };
});

const copyIn = async (region: string) => (await catalog.copies.list(point.id)).find((copy) => copy.region === region);

test('a copy goes from planned to verified; every step may be said twice', async () => {
  const first = await copyIn(beta);
  for (let n = 0; n < 2; n++) await catalog.copies.startCopying(inBeta);
  for (let n = 0; n < 2; n++) await catalog.copies.markStored({ ...inBeta, storedBytes: 400 });
  expect(await copyIn(beta)).toMatchObject({ state: 'stored', storedBytes: 400, verifiedAt: null, since: first?.since });
  for (let n = 0; n < 2; n++) await catalog.copies.markVerified({ ...inBeta, seenIn: store });
  expect(await copyIn(beta)).toMatchObject({ state: 'verified', verifiedAt: expect.any(Date) });
  await catalog.copies.markStored({ ...inBeta, storedBytes: 400 });
  expect((await copyIn(beta))?.state).toBe('verified');
});

test('a point that is not complete gets no copy: nobody would make it, and nobody take it away', async () => {
  const held = await openRun(catalog);
  const capturing = await beginPoint(catalog, held, clock.now());
  await catalog.copies.plan(capturing.id, [{ region: gamma, role: 'secondary', reason }]);
  expect((await catalog.copies.list(capturing.id)).map(({ region }) => region)).not.toContain(gamma);
  await catalog.copies.plan(point.id, [{ region: gamma, role: 'secondary', reason }]);
  expect(await copyIn(gamma)).toMatchObject({ state: 'planned' });
  expect((await catalog.copies.countDebts()).get(gamma)).toBeGreaterThan(0);
});

test('a copy that fails again and again is owed since it was first owed, and its attempts are counted', async () => {
  const owedSince = (await copyIn(beta))?.since;
  for (let attempt = 1; attempt <= 3; attempt++) {
    await catalog.copies.startCopying(inBeta);
    await catalog.copies.markFailed({ ...inBeta, reason: { rule: 'store.unreachable', text: 'Away.' }, nextAttemptAt: null });
    expect(await copyIn(beta)).toMatchObject({ state: 'failed', attempts: attempt, since: owedSince });
  }
  expect(await catalog.copies.debts({ instance: shop.id })).toContainEqual({
    point: point.id,
    region: beta,
    since: owedSince,
    reason: { rule: 'store.unreachable', text: 'Away.' },
    nextAttemptAt: null,
  });
});

test('a verified copy that is found corrupt is owed from that moment, and attempts begin anew', async () => {
  const before = await copyIn(alpha);
  const failed = await catalog.copies.markFailed({ ...inBeta, region: alpha, nextAttemptAt: null });
  expect(failed).toMatchObject({ state: 'failed', attempts: 1 });
  expect(failed.since.getTime()).toBeGreaterThanOrEqual(before?.since.getTime() ?? Number.POSITIVE_INFINITY);
});

test('a blocked copy costs no attempt and can be planned again', async () => {
  await catalog.copies.markBlocked({ ...inBeta, nextAttemptAt: null });
  expect(await copyIn(beta)).toMatchObject({ state: 'blocked', attempts: 0 });
  await catalog.copies.owe({ point: point.id, region: beta, state: 'planned', reason, nextAttemptAt: null });
  expect((await copyIn(beta))?.state).toBe('planned');
});

test('what the table of transitions does not know is refused', async () => {
  await expect(catalog.copies.markVerified({ ...inBeta, seenIn: store })).rejects.toMatchObject({
    code: 'run.transition-refused',
    facts: { what: `copy of ${point.id} in beta`, from: 'planned', to: 'verified' },
  });
  await expect(catalog.copies.markStored({ ...inBeta, storedBytes: 1 })).rejects.toMatchObject({
    facts: { from: 'planned', to: 'stored' },
  });
});

test('what was read from a store that the region no longer has proves nothing', async () => {
  await catalog.copies.startCopying(inBeta);
  await catalog.copies.markStored({ ...inBeta, storedBytes: 400 });
  const elsewhere = { ...store, path: '/elsewhere' };
  await expect(catalog.copies.markVerified({ ...inBeta, seenIn: elsewhere })).rejects.toMatchObject({ code: 'store.moved' });
  expect((await copyIn(beta))?.state).toBe('stored');
  await catalog.copies.markVerified({ ...inBeta, seenIn: { ...store, secretAccessKey: 'env:ROTATED' } });
  expect((await copyIn(beta))?.state).toBe('verified');
});

test('the policy may demand a copy more; one that exists is left alone', async () => {
  await catalog.copies.plan(point.id, [
    { region: alpha, role: 'primary', reason },
    { region: gamma, role: 'secondary', reason: { rule: 'policy-changed', text: 'Three copies are demanded now.' } },
  ]);
  expect(await copyIn(alpha)).toMatchObject({ state: 'verified' });
  expect(await copyIn(gamma)).toMatchObject({ state: 'planned', role: 'secondary', reason: { rule: 'policy-changed' } });
  expect((await catalog.copies.debts({ instance: shop.id })).some((debt) => debt.point === point.id && debt.region === gamma)).toBe(true);
});

test('a copy that does not exist is not found', async () => {
  await expect(catalog.copies.startCopying({ ...inBeta, region: gamma })).rejects.toMatchObject({
    code: 'copy.not-found',
    facts: { point: point.id, region: gamma },
  });
});

test('copies of one point are written at once without waiting for each other in a circle', async () => {
  await catalog.copies.plan(point.id, [{ region: gamma, role: 'secondary', reason }]);
  const { run, epoch } = inBeta;
  const work = [beta, gamma].map(async (region) => {
    const copy = { ...inBeta, region };
    await catalog.copies.startCopying(copy);
    await catalog.copies.markStored({ ...copy, storedBytes: 1 });
    await catalog.copies.markVerified({ ...copy, seenIn: store });
  });
  const beats = Array.from({ length: 10 }, () => catalog.ledger.heartbeat(run, epoch, null));
  await Promise.all([...work, ...beats]);
  expect((await catalog.copies.list(point.id)).map((copy) => copy.state)).toEqual(['verified', 'verified', 'verified']);
});

test('listeners hear that a point changed', async () => {
  const heard = Promise.withResolvers<string>();
  const listening = Promise.withResolvers<void>();
  const stop = catalog.listen('points', { onNotification: heard.resolve, onListening: listening.resolve });
  await listening.promise;
  await catalog.copies.startCopying(inBeta);
  expect(await heard.promise).toBe(point.id);
  stop();
});
