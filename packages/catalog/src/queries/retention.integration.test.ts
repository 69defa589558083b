import { systemClock as clock, type HoldSelector, holdSelectorSchema, type RecoveryPointId, rulebookSchema } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alpha, applyStage, beta, completePoint, openRun, policy, regions, shop } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';
import type { RetentionReview } from './retention.ts';

let stage: TestCatalog;
let catalog: Catalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterAll(() => stage.drop());

const hours = (count: number) => new Date(clock.now().getTime() + count * 3_600_000);
const claim = () => catalog.retention.claimDueReviews({ now: clock.now(), limit: 10, leaseMs: 60_000 });
/** Judged with nothing to say, so that nothing is due until something happens. */
const settle = async () => {
  for (const review of await claim()) await catalog.retention.writeVerdicts(review, [], hours(24));
};
const claimOne = async (): Promise<RetentionReview> => {
  const [review] = await claim();
  if (review === undefined) throw new Error('a review is due');
  return review;
};
const makePoint = async () => (await completePoint(catalog, await openRun(catalog), clock.now())).id;
const due = async () => (await catalog.retention.dueCopies(clock.now(), 100)).map(({ point, region }) => [point, region]);
beforeEach(settle);

test('a review is due for a new point, another version of the rules, a hold and its release, and else for nobody', async () => {
  expect(await claim()).toEqual([]);
  await makePoint();
  expect((await claim()).map(({ instance }) => instance.id)).toEqual([shop.id]);
  // Claimed: nobody else judges at the same time.
  expect(await claim()).toEqual([]);

  const rulebook = rulebookSchema.parse({ regions, policies: [policy], retention: { coolingOff: '5d' } });
  await catalog.applyRulebook(rulebook, { actor: 'test' });
  expect(await claim()).toHaveLength(1);
  await catalog.applyRulebook(rulebook, { actor: 'test' });
  expect(await claim()).toEqual([]);

  const selector: HoldSelector = holdSelectorSchema.parse({ instances: [shop.id] });
  const hold = await catalog.holds.place({ title: 'Miller', reason: 'a court asks', matter: null, selector }, 'ada');
  expect(await claim()).toHaveLength(1);
  await catalog.holds.release(hold.id, 'settled', 'ada');
  expect(await claim()).toHaveLength(1);
});

test('what happens while copies are judged is not lost: the next review is due at once', async () => {
  await makePoint();
  const review = await claimOne();
  await makePoint();
  await catalog.retention.writeVerdicts(review, [], hours(24));
  expect(await claim()).toHaveLength(1);
});

test('a claim that nobody fulfils ends by itself', async () => {
  await makePoint();
  await catalog.retention.claimDueReviews({ now: hours(-1), limit: 10, leaseMs: 1 });
  const [first] = await catalog.retention.claimDueReviews({ now: clock.now(), limit: 10, leaseMs: 1 });
  expect(first?.instance.id).toBe(shop.id);
  expect(await catalog.retention.claimDueReviews({ now: hours(1), limit: 10, leaseMs: 1 })).toHaveLength(1);
});

test('copies are due once their time is over, those first whose time was over first, in pages', async () => {
  const points: RecoveryPointId[] = [await makePoint(), await makePoint(), await makePoint()];
  const [one, two, three] = points;
  if (one === undefined || two === undefined || three === undefined) throw new Error('three points were made');
  const verdicts = [
    { point: one, region: alpha, expiresAt: hours(-1) },
    { point: two, region: alpha, expiresAt: hours(-2) },
    { point: two, region: beta, expiresAt: null },
    { point: three, region: alpha, expiresAt: hours(1) },
  ];
  const review = await claimOne();
  expect(await catalog.retention.writeVerdicts(review, verdicts, hours(1))).toBe(3);
  expect(await due()).toEqual([
    [two, alpha],
    [one, alpha],
  ]);
  const [first] = await catalog.retention.dueCopies(clock.now(), 1);
  expect(first).toMatchObject({ instance: shop.id, point: two, region: alpha });
  expect((await catalog.retention.dueCopies(clock.now(), 10, first)).map(({ point }) => point)).toEqual([one]);

  // Found expired again, a little later: it is the same moment still, and nothing is written.
  const again = verdicts.map((verdict) => (verdict.point === one ? { ...verdict, expiresAt: hours(0) } : verdict));
  expect(await catalog.retention.writeVerdicts(review, again, hours(1))).toBe(0);
  // Kept after all.
  const kept = verdicts.map((verdict) => ({ ...verdict, expiresAt: null }));
  expect(await catalog.retention.writeVerdicts(review, kept, hours(1))).toBe(3);
  expect(await due()).toEqual([]);
});

test('versions that are not in force any more are told while the longer of their cooling-off and today’s is not over', async () => {
  const apply = async (coolingOff: string) => {
    const rulebook = rulebookSchema.parse({ regions, policies: [policy], retention: { coolingOff } });
    return (await catalog.applyRulebook(rulebook, { actor: 'test' })).version;
  };
  const long = await apply('30d');
  const short = await apply('1h');
  const current = await apply('2h');
  const at = async (now: Date) => (await catalog.retention.coolingVersions(now)).map(({ version }) => version);
  expect((await at(clock.now())).slice(0, 2)).toEqual([short, long]);
  expect(await at(clock.now())).not.toContain(current);
  expect((await at(hours(73))).slice(0, 2)).not.toContain(short);
  expect(await at(hours(73))).toContain(long);
  expect(await at(hours(31 * 24))).toEqual([]);
  const [version] = await catalog.retention.coolingVersions(clock.now());
  expect(version?.rulebook.retention.coolingOff.text).toBe('1h');
  expect(Math.abs((version?.endedAt.getTime() ?? 0) - clock.now().getTime())).toBeLessThan(600_000);
});
