import { type CopyLock, type HeldPoint, type Hold, type HoldEffect, holdIdSchema, holdSelectorSchema } from '@cbcr/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdsOn } from '../holds/holds-on.ts';
import { instanceOf, minute, placeOf, pointId, regionId, rulebookOf } from '../samples.ts';
import { planStoreProtection, type StoreProtectionFacts } from './plan-store-protection.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

const regions = ['alfa', 'bravo'] as const;
const instance = instanceOf('alfa');
const hourMs = 3_600_000;
const moment = fc.integer({ min: 0, max: 600 }).map(minute);
const terms = { mode: fc.constantFrom('governance' as const, 'compliance' as const), for: fc.constantFrom('10m', '5h', '30d', undefined) };
const lock = fc.record({ ...terms, regions: fc.constantFrom(undefined, { bravo: { for: '90m' } }) });
const state = fc.constantFrom('planned', 'copying', 'stored', 'verified', 'failed', 'expiring', 'deleted');
const drawPoint = (number: number): fc.Arbitrary<HeldPoint> =>
  fc.record({ at: fc.integer({ min: 0, max: 300 }), states: fc.tuple(state, state) }).map(({ at, states }) => ({
    ...{
      id: pointId(number),
      state: 'complete' as const,
      capturedAtMs: minute(at).getTime(),
      completedAtMs: minute(at).getTime(),
      storedBytes: 1,
    },
    copies: regions.map((name, index) => ({ region: regionId(name), state: states[index] ?? 'planned', sinceMs: 0, verifiedAtMs: null })),
  }));
const drawHold = fc.record({ points: fc.subarray([0, 1, 2].map(pointId), { minLength: 1 }), releasedAt: fc.option(moment) });
const drawHolds = fc.array(drawHold, { maxLength: 4 }).map((drawn) =>
  drawn.map(
    ({ points, releasedAt }, index): Hold => ({
      ...{ id: holdIdSchema.parse(`H-${index + 1}`), title: 'Miller', reason: 'a court asks', matter: null, releaseRequested: null },
      ...{ selector: holdSelectorSchema.parse({ points }), placedBy: 'ada', placedAt: minute(0) },
      released: releasedAt === null ? null : { by: 'ada', at: releasedAt, reason: 'settled', approvedBy: null },
    }),
  ),
);
const effectState = fc.constantFrom('set', 'cleared', 'unsupported', 'failed');
const drawEffects = fc
  .array(
    fc.record({
      hold: fc.integer({ min: 1, max: 4 }),
      point: fc.integer({ min: 0, max: 2 }),
      region: fc.constantFrom(...regions),
      state: effectState,
      at: moment,
    }),
    {
      maxLength: 8,
    },
  )
  .map((drawn): HoldEffect[] => {
    const effects = drawn.map(({ hold, point, region, ...rest }) => ({
      ...{ hold: holdIdSchema.parse(`H-${hold}`), point: pointId(point), region: regionId(region), detail: '' },
      ...rest,
    }));
    return [...new Map(effects.map((effect) => [`${effect.hold} ${effect.point} ${effect.region}`, effect])).values()];
  });
const drawLocks = fc
  .array(
    fc.record({
      point: fc.integer({ min: 0, max: 2 }),
      region: fc.constantFrom(...regions),
      mode: fc.constantFrom('governance' as const, 'compliance' as const),
      until: moment,
    }),
    { maxLength: 4 },
  )
  .map((drawn): CopyLock[] => {
    const locks = drawn.map(({ point, region, ...rest }) => ({ point: pointId(point), region: regionId(region), ...rest }));
    return [...new Map(locks.map((known) => [`${known.point} ${known.region}`, known])).values()];
  });

const drawFacts: fc.Arbitrary<StoreProtectionFacts> = fc
  .record({
    policyLock: fc.option(lock, { nil: undefined }),
    keptInBravo: fc.constantFrom(undefined, '5m', '6h', '500h'),
    points: fc.tuple(drawPoint(0), drawPoint(1), drawPoint(2)),
    holds: drawHolds,
    effects: drawEffects,
    locks: drawLocks,
    lifted: fc.subarray([0, 1, 2].map(pointId), { maxLength: 1 }),
    longestLockMs: fc.constantFrom(hourMs, 400 * 24 * hourMs),
    now: fc.integer({ min: 300, max: 600 }).map(minute),
  })
  .map(({ policyLock, keptInBravo, lifted, ...rest }) => ({
    ...{ ...rest, instance, capabilities: new Map() },
    exceptions: lifted.map((point) => ({ point, region: regionId('alfa'), reason: 'a mistake' })),
    rulebook: rulebookOf({
      regions: regions.map((name) => placeOf(name)),
      policies: [{ id: 'standard', placement: { copies: 1 }, ...(policyLock !== undefined && { lock: policyLock }) }],
      retention: {
        releaseGrace: '1h',
        rules: keptInBravo === undefined ? [] : [{ id: 'archive', select: { regions: ['bravo'] }, minimum: keptInBravo }],
      },
    }),
  }));

const key = ({ point, region }: { point: string; region: string }) => `${point} ${region}`;

/** What a worker does: it carries out every step, and remembers it. */
function carryOut(facts: StoreProtectionFacts): StoreProtectionFacts {
  const { steps } = planStoreProtection(facts);
  const effects = new Map(facts.effects.map((effect) => [`${effect.hold} ${key(effect)}`, effect]));
  const locks = new Map(facts.locks.map((known) => [key(known), known]));
  for (const { point, region, set, clear, lock: step } of steps) {
    for (const hold of set) effects.set(`${hold} ${point} ${region}`, { hold, point, region, state: 'set', detail: '', at: facts.now });
    for (const hold of clear)
      effects.set(`${hold} ${point} ${region}`, { hold, point, region, state: 'cleared', detail: '', at: facts.now });
    if (step !== null && 'reason' in step) locks.delete(key({ point, region }));
    else if (step !== null) {
      const known = locks.get(key({ point, region }));
      // No store lowers it.
      const mode = known?.mode === 'compliance' && known.until > facts.now ? known.mode : step.mode;
      locks.set(key({ point, region }), { point, region, mode, until: step.until });
    }
  }
  return { ...facts, effects: [...effects.values()], locks: [...locks.values()] };
}

const check = (holds: (facts: StoreProtectionFacts) => void) => fc.assert(fc.property(drawFacts, holds), { seed, numRuns: 1500 });

describe(`what stores are told (seed ${seed})`, () => {
  test('once it is carried out there is nothing left to do, and the order of the points does not matter', () => {
    check((facts) => {
      expect(planStoreProtection(carryOut(facts)).steps).toEqual([]);
      const sorted = (steps: readonly { point: string; region: string }[]) => steps.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
      expect(sorted(planStoreProtection({ ...facts, points: facts.points.toReversed() }).steps)).toEqual(
        sorted(planStoreProtection(facts).steps),
      );
    });
  });

  test('a legal hold is taken off only where no hold is in force, and put on wherever one is and the store was not told', () => {
    check((facts) => {
      const { steps } = planStoreProtection(facts);
      const asked = { now: facts.now, releaseGraceMs: hourMs };
      for (const point of facts.points) {
        for (const { region, state: copyState } of point.copies) {
          const step = steps.find((candidate) => candidate.point === point.id && candidate.region === region);
          const wanted = holdsOn(facts.holds, { instance, point, region }, asked);
          if (step?.legalHold === false) expect(wanted).toEqual([]);
          const told = facts.effects.filter((effect) => effect.point === point.id && effect.region === region);
          const isThere = ['stored', 'verified', 'expiring'].includes(copyState);
          const isNew = wanted.some(({ id }) => !told.some(({ hold, state: known }) => hold === id && known !== 'cleared'));
          if (isThere && isNew) expect(step?.legalHold).toBe(true);
          if (!isThere) expect(step).toBeUndefined();
        }
      }
    });
  });

  test('a lock is never shortened but where somebody may lift it, never in compliance mode, and never reaches beyond the cap', () => {
    check((facts) => {
      const present = new Map(facts.locks.map((known) => [key(known), known]));
      for (const { lock: step, ...at } of planStoreProtection(facts).steps) {
        const known = present.get(key(at));
        if (step !== null && 'reason' in step) {
          expect(known?.mode).toBe('governance');
          expect(facts.exceptions.map(key)).toContain(key(at));
        } else if (step !== null) {
          const isRaised = known?.mode === 'governance' && step.mode === 'compliance';
          expect(step.until.getTime()).toBeGreaterThan((known?.until.getTime() ?? 0) - (isRaised ? 1 : 0));
          expect(step.until.getTime()).toBeLessThanOrEqual(facts.now.getTime() + facts.longestLockMs);
          expect(facts.exceptions.map(key)).not.toContain(key(at));
        }
      }
    });
  });

  test('a governance lock is raised where compliance is demanded, as far as the cap allows, and none is lowered', () => {
    let raised = 0;
    check((facts) => {
      const { locks } = carryOut(facts);
      for (const before of facts.locks) {
        const after = locks.find((one) => key(one) === key(before));
        if (before.mode === 'compliance' && before.until > facts.now) expect(after?.mode).toBe('compliance');
        const point = facts.points.find(({ id }) => id === before.point);
        const copy = point?.copies.find(({ region }) => region === before.region);
        const [policy] = facts.rulebook.policies;
        const isDemanded = policy?.lock?.mode === 'compliance' && policy.lock.regions === undefined && policy.lock.for !== undefined;
        if (!isDemanded || point === undefined || copy === undefined || !['stored', 'verified', 'expiring'].includes(copy.state)) continue;
        if (before.until <= facts.now || before.until.getTime() > facts.now.getTime() + facts.longestLockMs) continue;
        if (point.capturedAtMs + (policy.lock?.for?.ms ?? 0) <= facts.now.getTime()) continue;
        if (facts.exceptions.some((one) => key(one) === key(before))) continue;
        expect(after?.mode).toBe('compliance');
        if (before.mode === 'governance') raised += 1;
      }
    });
    expect(raised).toBeGreaterThan(0);
  });

  test('where a lock without a length of its own is demanded, a copy is locked as long as the rules for its region keep it, up to the cap', () => {
    check((facts) => {
      const [policy] = facts.rulebook.policies;
      const [archive] = facts.rulebook.retention.rules;
      if (policy?.lock === undefined || policy.lock.for !== undefined || policy.lock.regions !== undefined || archive === undefined) return;
      const { locks } = carryOut(facts);
      const lifted = new Set(facts.exceptions.map(key));
      for (const { id, capturedAtMs, copies } of facts.points) {
        for (const { region, state: copyState } of copies) {
          const at = { point: id, region };
          const untilMs = capturedAtMs + (archive.minimum?.ms ?? 0);
          const isHere = region === 'bravo' && ['stored', 'verified', 'expiring'].includes(copyState);
          const known = facts.locks.find((one) => key(one) === key(at));
          const now = locks.find((one) => key(one) === key(at));
          if (lifted.has(key(at))) continue;
          if (!isHere || untilMs <= facts.now.getTime()) expect(now).toEqual(known);
          // Under the cap, a lock is long enough when half of what the cap allows is left.
          else
            expect(now?.until.getTime()).toBeGreaterThanOrEqual(Math.min(untilMs - 1_000, facts.now.getTime() + facts.longestLockMs / 2));
        }
      }
    });
  });

  test('between now and the moment that the plan names, nothing has to be done', () => {
    check((facts) => {
      const settled = carryOut(facts);
      const { nextAt } = planStoreProtection(settled);
      if (nextAt === null) return;
      const before = new Date(Math.max(settled.now.getTime(), nextAt.getTime() - 1));
      expect(planStoreProtection({ ...settled, now: before }).steps).toEqual([]);
      expect(nextAt.getTime()).toBeGreaterThan(settled.now.getTime());
    });
  });
});

test('a legal hold that was set on some versions before it failed is taken off when no hold needs it any more', () => {
  const at = { point: pointId(0), region: regionId('alfa') };
  const facts: StoreProtectionFacts = {
    ...{ instance, capabilities: new Map(), exceptions: [], locks: [], longestLockMs: hourMs, now: minute(600), holds: [] },
    rulebook: rulebookOf({ policies: [{ id: 'standard', placement: { copies: 1 } }] }),
    points: [
      {
        ...{ id: at.point, state: 'complete', capturedAtMs: 0, completedAtMs: 0, storedBytes: 1 },
        copies: [{ region: at.region, state: 'verified', sinceMs: 0, verifiedAtMs: 0 }],
      },
    ],
    effects: [{ ...at, hold: holdIdSchema.parse('H-1'), state: 'failed', detail: 'the store refused one of them', at: minute(0) }],
  };
  expect(planStoreProtection(facts).steps).toMatchObject([{ ...at, legalHold: false, clear: ['H-1'] }]);
});
