import { systemClock as clock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import {
  alpha,
  applyStage,
  beginPoint,
  beta,
  completePoint,
  gamma,
  instanceNamed,
  openRun,
  placementOf,
  reason,
  shop,
  store,
} from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';
import type { CompleteCapture } from './capture.ts';
import type { RunWriter } from './fence.ts';

let stage: TestCatalog;
let catalog: Catalog;
let held: RunWriter;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterAll(() => stage.drop());
beforeEach(async () => {
  held = await openRun(catalog);
});

const at = (ms: number) => new Date(1_800_000_000_000 + ms);
const completion = (point: CompleteCapture['point'], copies: CompleteCapture['copies']): CompleteCapture => ({
  ...held,
  point,
  plaintextBytes: 5_000_000_000,
  storedBytes: 2_000_000_000,
  manifestSha256: 'a'.repeat(64),
  copies,
});

describe('a capture', () => {
  test('begins with a planned copy in every placed region, the placement and the run that knows its point', async () => {
    const point = await beginPoint(catalog, held, at(0));
    expect(point).toMatchObject({
      state: 'capturing',
      instance: shop.id,
      run: held.run,
      capturedAt: at(0),
      placement: placementOf(shop.id),
    });
    expect(point.copies.map(({ region, role, state }) => [region, role, state])).toEqual([
      [alpha, 'primary', 'planned'],
      [beta, 'secondary', 'planned'],
    ]);
    expect((await catalog.runs.get(held.run)).point).toBe(point.id);
  });

  test('that begins anew fails the earlier one', async () => {
    const first = await beginPoint(catalog, held, at(0));
    await catalog.copies.startCopying({ ...held, point: first.id, region: alpha, reason });
    const second = await beginPoint(catalog, held, at(1));
    expect(second.state).toBe('capturing');
    const after = await catalog.points.get(first.id);
    expect(after.state).toBe('failed');
    expect(new Set(after.copies.map((copy) => copy.reason.rule))).toEqual(new Set(['capture-began-anew']));
  });

  test('completes with what became of every copy, in one transaction', async () => {
    const point = await beginPoint(catalog, held, at(0));
    await catalog.copies.startCopying({ ...held, point: point.id, region: alpha, reason });
    const nextAttemptAt = at(60_000);
    const detached = { rule: 'detached', text: 'The store of beta is away.' };
    const done = await catalog.points.complete(
      completion(point.id, [
        { region: alpha, state: 'stored', reason, storedBytes: 2_000_000_000 },
        { region: beta, state: 'failed', reason: detached, storedBytes: 0, nextAttemptAt },
      ]),
    );
    expect(done).toMatchObject({
      state: 'complete',
      plaintextBytes: 5_000_000_000,
      storedBytes: 2_000_000_000,
      completedAt: expect.any(Date),
    });
    expect(done.copies).toMatchObject([
      { region: alpha, state: 'stored', storedBytes: 2_000_000_000, attempts: 0 },
      { region: beta, state: 'failed', reason: detached, attempts: 1, nextAttemptAt },
    ]);
    expect(await catalog.audit.list({ subject: point.id })).toMatchObject([
      { action: 'point.completed', actor: `run:${held.run}` },
      { action: 'placement.decided', actor: `run:${held.run}` },
    ]);
  });

  test('keeps what was reported about its copies meanwhile, and completes twice without harm', async () => {
    const point = await beginPoint(catalog, held, at(0));
    const key = { ...held, point: point.id, reason };
    await catalog.copies.startCopying({ ...key, region: alpha });
    await catalog.copies.markStored({ ...key, region: alpha, storedBytes: 9 });
    await catalog.copies.markFailed({ ...key, region: beta, nextAttemptAt: null });
    const ask = completion(point.id, [
      { region: alpha, state: 'verified', reason, storedBytes: 9 },
      { region: beta, state: 'failed', reason, storedBytes: 0 },
    ]);
    const done = await catalog.points.complete(ask);
    expect(done.copies).toMatchObject([{ state: 'verified' }, { state: 'failed', attempts: 1 }]);
    expect(await catalog.points.complete(ask)).toEqual(done);
  });

  test('that names a region without a copy changes nothing', async () => {
    const point = await beginPoint(catalog, held, at(0));
    const ask = completion(point.id, [{ region: gamma, state: 'stored', reason, storedBytes: 1 }]);
    await expect(catalog.points.complete(ask)).rejects.toMatchObject({ code: 'copy.not-found', facts: { region: gamma } });
    expect((await catalog.points.get(point.id)).state).toBe('capturing');
  });

  test('that fails leaves no debts', async () => {
    const point = await beginPoint(catalog, held, at(0));
    await catalog.points.fail({ ...held, point: point.id, reason });
    await catalog.points.fail({ ...held, point: point.id, reason });
    expect(await catalog.points.get(point.id)).toMatchObject({ state: 'failed', copies: [{ state: 'failed' }, { state: 'failed' }] });
    expect((await catalog.copies.debts({ instance: shop.id })).filter((debt) => debt.point === point.id)).toEqual([]);
    await expect(catalog.points.complete(completion(point.id, []))).rejects.toMatchObject({
      code: 'run.transition-refused',
      facts: { from: 'failed', to: 'complete' },
    });
  });
});

describe('points', () => {
  const other = instanceNamed('points-shop');
  let order: string[];
  beforeAll(async () => {
    await catalog.instances.add(other, 'test');
    const { run } = await catalog.runs.create({ kind: 'backup', region: alpha, instance: other.id, params: {}, requestedBy: 'test' });
    const opened = await catalog.ledger.open(run.id, 'worker-1');
    const writer = { run: run.id, epoch: opened?.epoch ?? 0 };
    order = [];
    for (let n = 0; n < 5; n++) {
      const point = await catalog.points.begin({
        ...writer,
        instance: other.id,
        engine: 'postgres',
        // Two captures of the same moment are told apart by their ids.
        capturedAt: at(Math.floor(n / 2)),
        policyHash: 'hash',
        placement: placementOf(other.id),
        synchronousMinimum: 1,
      });
      const state = n === 4 ? 'stored' : 'verified';
      const copies = [{ region: alpha, state, reason, storedBytes: 1 } as const];
      await catalog.points.complete({ ...writer, point: point.id, plaintextBytes: 1, storedBytes: 1, manifestSha256: 'a', copies });
      order.push(point.id);
    }
  });

  test('are listed newest capture first, in pages', async () => {
    const first = await catalog.points.list({ instance: other.id, limit: 2 });
    const second = await catalog.points.list({ instance: other.id, limit: 2, cursor: first.at(-1)?.id });
    const third = await catalog.points.list({ instance: other.id, limit: 2, cursor: second.at(-1)?.id });
    const pages = [...first, ...second, ...third];
    expect(pages.map((point) => point.id).toSorted()).toEqual(order.toSorted());
    expect(pages.map((point) => point.capturedAt)).toEqual([at(2), at(1), at(1), at(0), at(0)]);
    expect(pages.every((point) => point.copies.length === 2)).toBe(true);
  });

  test('can be restored once a copy is verified, or stored when asked so', async () => {
    const verified = await catalog.points.latestRestorable(other.id);
    expect(verified?.capturedAt).toEqual(at(1));
    expect((await catalog.points.latestRestorable(other.id, { acceptUnverified: true }))?.id).toBe(order[4]);
    expect(await catalog.points.latestRestorable(instanceNamed('empty').id)).toBeNull();
  });

  test('that do not exist are not found', async () => {
    await expect(catalog.points.get(stage.ids.recoveryPointId())).rejects.toMatchObject({ code: 'point.not-found' });
  });
});

describe('candidates', () => {
  const mine = async (now: Date) => {
    const all = [];
    let cursor = null;
    do {
      const page = await catalog.points.candidates(now, 2, cursor);
      all.push(...page.candidates);
      cursor = page.cursor;
    } while (cursor !== null);
    return all.filter((candidate) => candidate.point.run === held.run);
  };
  const soon = () => new Date(clock.now().getTime() + 1000);

  test('are complete points with a copy that is owed and due, with the runs at work', async () => {
    await beginPoint(catalog, held, at(0));
    expect(await mine(soon())).toEqual([]);
    const point = await completePoint(catalog, held, at(1));
    const dedupeKey = `replicate:${point.id}:${beta}`;
    const ask = { kind: 'replicate', region: beta, instance: shop.id, point: point.id, params: {}, requestedBy: 'test', dedupeKey };
    const { run } = await catalog.runs.create(ask);
    const found = await mine(soon());
    expect(found.map((candidate) => candidate.point.id)).toEqual([point.id]);
    expect(found[0]?.activeRuns.toSorted((a, b) => (a.id < b.id ? 1 : -1))).toEqual([
      { id: run.id, kind: 'replicate', region: beta, dedupeKey },
      { id: held.run, kind: 'backup', region: alpha, dedupeKey: null },
    ]);
  });

  test('are no longer those that wait for their next attempt, nor those that are verified', async () => {
    const point = await completePoint(catalog, held, at(1));
    const key = { point: point.id, region: beta };
    await catalog.copies.postpone({ ...key, reason, nextAttemptAt: at(1000) });
    expect(await mine(at(999))).toEqual([]);
    expect(await mine(at(1001))).toHaveLength(1);
    await catalog.copies.startCopying({ ...held, ...key, reason });
    await catalog.copies.markStored({ ...held, ...key, reason, storedBytes: 400 });
    await catalog.copies.markVerified({ ...held, ...key, reason, seenIn: store });
    expect(await mine(at(9999))).toEqual([]);
  });

  test('come back when verification is asked for again', async () => {
    const point = await completePoint(catalog, held, at(1));
    await catalog.copies.askVerification({ point: point.id, region: alpha, reason });
    expect((await mine(soon()))[0]?.point.copies).toMatchObject([{ region: alpha, state: 'stored', verifiedAt: expect.any(Date) }, {}]);
  });
});
