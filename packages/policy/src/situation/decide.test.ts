import { linkKey, type Rulebook } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { findRefusal } from '../change/find-refusal.ts';
import { startFleetPlan } from '../change/fleet-plan.ts';
import { suppose } from '../change/simulate.ts';
import { rankSources } from '../restore/rank-sources.ts';
import { copyOf, healthOf, instanceOf, minute, pointId, pointOf, policyOf, regionId, regionOf, rulebookOf } from '../samples.ts';
import { decide } from './decide.ts';
import type { Situation } from './situation.ts';

const [berlin, dublin, ohio] = ['berlin', 'dublin', 'ohio'].map(regionId);
const allUp = healthOf({ up: ['berlin', 'dublin', 'ohio'] });
const situationOf = (rulebook: Rulebook): Situation => ({ rulebook, capabilities: new Map(), health: allUp, now: minute(10) });
const today = situationOf(
  rulebookOf({
    regions: [regionOf('berlin', 'EU'), regionOf('dublin', 'EU'), regionOf('ohio', 'US')],
    policies: [{ id: 'standard', placement: { copies: 2, jurisdictions: ['EU'] } }],
  }),
);
const shop = instanceOf('berlin');

/** What the judges say of a verified copy in the region, in this situation. */
function askAll(situation: Situation, region: NonNullable<typeof berlin>) {
  const point = {
    ...{ id: pointId(1), state: 'complete' as const, capturedAtMs: 0, completedAtMs: 1, storedBytes: 1024 },
    copies: [{ region, state: 'verified' as const, sinceMs: 0, verifiedAtMs: 1 }],
  };
  const planner = startFleetPlan(situation, situation);
  planner.add({ before: shop, after: shop, points: [point] });
  const { sum } = planner.result();
  const after = decide(situation, shop);
  const { ranking } = rankSources({
    ...{ point: pointOf(), copies: [copyOf(region, 'verified')], health: allUp, rulebook: situation.rulebook },
    ...{ regions: situation.unlisted ?? [], measured: new Map([[linkKey(region, regionId('berlin')), nothing]]) },
    ...{ target: regionId('berlin'), instance: shop, policy: policyOf({ copies: 2, jurisdictions: ['EU'] }), now: situation.now },
  });
  return {
    plan: sum.illegalCopies.length === 0,
    restorable: sum.restorable.after === 1,
    apply: findRefusal({ before: () => decide(today, instanceOf(region)), after, verifiedIn: [region] })?.rule !== 'no-legal-copy',
    restore: ranking.length === 1,
  };
}
const nothing = { latencyMs: null, latencyAt: null, bytesPerSecond: null, throughputAt: null };

test('plan, apply and restore agree on a copy in a region that was taken out of the file: its place decides, as while it was listed', () => {
  const yes = { plan: true, restorable: true, apply: true, restore: true };
  if (dublin === undefined || ohio === undefined) throw new RangeError('the test lacks regions');
  expect(askAll(today, dublin)).toEqual(yes);
  expect(askAll(suppose(today, { removed: [dublin] }), dublin)).toEqual(yes);
  const { plan, restorable, restore } = askAll(today, ohio);
  expect({ plan, restorable, restore }).toEqual({ plan: false, restorable: false, restore: false });
  const removed = askAll(suppose(today, { removed: [ohio] }), ohio);
  expect([removed.plan, removed.restorable, removed.restore]).toEqual([false, false, false]);
});

test('nothing new goes to a region that was taken out of the file', () => {
  if (dublin === undefined) throw new RangeError('the test lacks regions');
  const { placement } = decide(suppose(today, { removed: [dublin] }), shop);
  expect(placement.placed.map(({ region }) => region)).toEqual(['berlin']);
  expect(placement.unmet).not.toEqual([]);
});
