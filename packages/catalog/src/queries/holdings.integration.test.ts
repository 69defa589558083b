import { systemClock as clock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alpha, applyStage, beginPoint, beta, completePoint, instanceNamed, openRun, shop } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
let catalog: Catalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterAll(() => stage.drop());

const at = (ms: number) => new Date(1_800_000_000_000 + ms);

test('holds the complete points with their copies, newest capture first, and not what is still being captured', async () => {
  const older = await completePoint(catalog, await openRun(catalog), at(1));
  const newer = await completePoint(catalog, await openRun(catalog), at(2));
  await beginPoint(catalog, await openRun(catalog), at(3));
  const other = instanceNamed('empty').id;

  const [empty, held, ...more] = await catalog.holdings.list([other, shop.id]);
  expect(more).toEqual([]);
  expect(empty).toEqual({ instance: other, points: [] });
  expect(held?.instance).toBe(shop.id);
  expect(held?.points.map((point) => [point.id, point.state, point.capturedAtMs, point.storedBytes])).toEqual([
    [newer.id, 'complete', at(2).getTime(), 400],
    [older.id, 'complete', at(1).getTime(), 400],
  ]);
  const copies = (await catalog.points.get(newer.id)).copies;
  expect(held?.points[0]).toMatchObject({ completedAtMs: newer.completedAt?.getTime() });
  expect(held?.points[0]?.copies).toEqual(
    copies
      .toSorted((a, b) => (a.region < b.region ? -1 : 1))
      .map(({ region, state, since, verifiedAt }) => ({
        region,
        state,
        sinceMs: since.getTime(),
        verifiedAtMs: verifiedAt?.getTime() ?? null,
      })),
  );
  expect(copies.map(({ region, state }) => [region, state])).toEqual([
    [alpha, 'verified'],
    [beta, 'planned'],
  ]);
});

test('a stream gives the same for many instances, in the order asked, and may be left early', async () => {
  const asked = [...Array.from({ length: 120 }, (_, n) => instanceNamed(`nothing-${n}`).id), shop.id, instanceNamed('last').id];
  const streamed = [];
  for await (const holding of catalog.holdings.stream(asked)) streamed.push(holding);
  expect(streamed).toEqual(await catalog.holdings.list(asked));
  expect(streamed.map(({ instance }) => instance)).toEqual(asked);
  for await (const holding of catalog.holdings.stream(asked)) {
    expect(holding).toEqual({ instance: asked[0], points: [] });
    break;
  }
});

test('asking for nothing asks nobody', async () => {
  expect(await catalog.holdings.list([])).toEqual([]);
});
