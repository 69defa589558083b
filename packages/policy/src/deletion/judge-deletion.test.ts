import { DeletionPermit, deletionPurposes, runIdSchema } from '@cbcr/domain';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { instanceOf, minute, pointId, regionId } from '../samples.ts';
import { deletionChecks, purposeChecks } from './checks.ts';
import type { DeletionFacts } from './deletion-facts.ts';
import { judgeDeletion } from './judge-deletion.ts';

/** An old point of which another copy stays, and a newer point: nothing stands in the way. */
const free: DeletionFacts = {
  purpose: 'retention',
  stage: 'execution',
  now: minute(100),
  instance: { id: instanceOf('a').id, retiredFrom: null },
  point: { id: pointId(1), state: 'complete', capturedAt: minute(1) },
  pointId: pointId(1),
  region: regionId('a'),
  copy: { state: 'expiring', since: minute(90) },
  others: [{ region: regionId('b'), state: 'verified', legal: true, goes: false }],
  retention: { verdict: 'expire', reasons: [{ rule: 'keep-for', text: 'kept for 35d' }] },
  minimumUntil: minute(50),
  permission: { allowed: true, reason: { rule: 'not-restricted', text: 'nothing restricts it' } },
  owed: null,
  garbage: null,
  garbageWrittenAt: null,
  request: null,
  holds: [],
  lockedUntil: minute(99),
  newestGoodWithout: minute(60),
  minimumCopies: 1,
  dependents: [],
  users: [],
  health: { state: 'up', reason: '1 of 1 workers reach the store', since: null },
  clockDoubt: null,
  graceMs: 60_000,
  bulk: null,
};
const forbidden = { allowed: false, reason: { rule: 'residency-forbidden', text: 'residency policy pii forbids it' } };
const reason = (text: string) => ({ rule: 'test', text });

/** What stands in the way, by the check that must say so. `planning` facts are asked before the copy is marked. */
const obstacles: [string, Partial<DeletionFacts>, RegExp][] = [
  ['has-expired', { retention: { verdict: 'keep', reasons: [reason('daily-3'), reason('minimum')] } }, /kept: daily-3; minimum/],
  ['has-expired', { retention: null }, /no rule/],
  ['has-expired', { point: { id: pointId(1), state: 'complete', capturedAt: minute(101) } }, /from the future/],
  ['is-illegal', { purpose: 'residency' }, /may be in a/],
  ['is-garbage', { purpose: 'garbage' }, /nobody asked/],
  ['is-garbage', { purpose: 'garbage', garbage: { keep: 'everything', reason: reason('its capture is under way') } }, /under way/],
  ['was-asked-for', { purpose: 'manual' }, /nobody asked/],
  ['was-asked-for', { purpose: 'manual', request: { by: 'eve', reason: ' ' } }, /without a reason/],
  ['state', { copy: { state: 'verified', since: minute(90) } }, /is verified/],
  ['state', { copy: null }, /no such copy/],
  ['state', { stage: 'planning' }, /is expiring/],
  ['state', { point: { id: pointId(1), state: 'capturing', capturedAt: minute(1) } }, /is capturing/],
  ['hold', { holds: [reason('hold H-1'), reason('hold H-2 was released 3 h ago')] }, /H-1; hold H-2/],
  ['lock-date', { lockedUntil: minute(101) }, /locks it until 2027-01-01T01:41/],
  ['minimum-retention', { minimumUntil: minute(101) }, /kept until/],
  ['last-good', { newestGoodWithout: null }, /last good point/],
  ['last-good', { newestGoodWithout: minute(0) }, /last good point/],
  ['minimum-copies', { others: [{ region: regionId('b'), state: 'stored', legal: true, goes: false }] }, /only 0 of 1/],
  ['minimum-copies', { others: [{ region: regionId('b'), state: 'verified', legal: false, goes: false }] }, /only 0 of 1/],
  ['minimum-copies', { others: [{ region: regionId('b'), state: 'planned', legal: true, goes: false }] }, /only 0 of 1/],
  ['minimum-copies', { minimumCopies: 2 }, /only 1 of 2/],
  ['minimum-copies', { purpose: 'residency', permission: forbidden, others: [] }, /only 0 of 1/],
  ['unverified-replacement', { purpose: 'residency', permission: forbidden, owed: reason('the copies in c are not verified') }, /in c/],
  ['dependents', { dependents: [regionId('c')] }, /copies in c can be made from it alone/],
  ['in-use', { users: [{ id: runIdSchema.parse(`run_${'1'.repeat(26)}`), kind: 'restore' }] }, /restore run_1/],
  ['region-up', { health: { state: 'down', reason: 'store: timeout', since: null } }, /a is down: store: timeout/],
  ['region-up', { health: { state: 'unknown', reason: 'never seen', since: null } }, /a is unknown/],
  ['clock-doubt', { clockDoubt: reason('the clock jumped by 3 d') }, /jumped by 3 d/],
  ['grace', { graceMs: 11 * 60_000 }, /lasts until/],
  ['bulk-share', { bulk: reason('40 % of what a holds') }, /40 %/],
];

describe('the deletion gate', () => {
  test('allows what nothing stands in the way of, and says why, check by check', () => {
    const verdict = judgeDeletion(free);
    expect(verdict.allow).toBe(true);
    expect(verdict.reasons.map(({ rule, allows }) => [rule, allows])).toEqual(
      ['has-expired', ...deletionChecks.map(({ rule }) => rule)].map((rule) => [rule, true]),
    );
    for (const { text } of verdict.reasons) expect(text).not.toBe('');
  });

  test.each(obstacles)('%s denies: %o', (rule, facts, text) => {
    const { allow, reasons, permit } = judgeDeletion({ ...free, ...facts });
    expect({ allow, permit }).toEqual({ allow: false, permit: null });
    expect(reasons.filter(({ allows }) => !allows).map((denied) => denied.rule)).toContain(rule);
    expect(reasons.find((denied) => denied.rule === rule)?.text).toMatch(text);
  });

  test('every check has a case above', () => {
    const checks = [...Object.values(purposeChecks), ...deletionChecks].map(({ rule }) => rule);
    expect([...new Set(obstacles.map(([rule]) => rule))].toSorted()).toEqual(checks.toSorted());
  });

  test('names everything that stands in the way, not the first thing alone', () => {
    const denied = judgeDeletion({ ...free, holds: [reason('hold H-1')], lockedUntil: minute(101), graceMs: 11 * 60_000 }).reasons;
    expect(denied.filter(({ allows }) => !allows).map(({ rule }) => rule)).toEqual(['hold', 'lock-date', 'grace']);
  });

  test('a point that goes everywhere needs no copy to remain, as long as a newer good point does', () => {
    const others = [{ region: regionId('b'), state: 'verified' as const, legal: true, goes: true }];
    expect(judgeDeletion({ ...free, others }).allow).toBe(true);
    expect(judgeDeletion({ ...free, others, newestGoodWithout: null }).allow).toBe(false);
  });

  test('gives a permit for this one copy, and only when the bytes may go now', () => {
    const { permit } = judgeDeletion(free);
    expect(permit && DeletionPermit.scopeOf(permit)).toEqual({
      instance: 'shop',
      point: pointId(1),
      region: 'a',
      purpose: 'retention',
      keeps: 'nothing',
    });
    const planned = judgeDeletion({ ...free, stage: 'planning', copy: { state: 'verified', since: minute(3) } });
    expect({ allow: planned.allow, permit: planned.permit }).toEqual({ allow: true, permit: null });
  });

  test('a permit cannot be made up', () => {
    expectTypeOf<{ scope: object }>().not.toExtend<DeletionPermit>();
    expectTypeOf<null>().not.toExtend<DeletionPermit>();
    expect(() => DeletionPermit.scopeOf({} as DeletionPermit)).toThrow(TypeError);
    expect(() => DeletionPermit.scopeOf(Object.create(DeletionPermit.prototype) as DeletionPermit)).toThrow(TypeError);
    expect(() => Reflect.construct(DeletionPermit, [Symbol('deletion permit'), {}])).toThrow(TypeError);
  });

  test('every purpose has a check of its own', () => {
    expect(Object.keys(purposeChecks).toSorted()).toEqual(deletionPurposes.toSorted());
  });
});
