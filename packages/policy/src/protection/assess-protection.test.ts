import { describe, expect, test } from 'vitest';
import { getStorageRegions } from '../placement/get-storage-regions.ts';
import { copyOf, instanceOf, minute, pointId, pointOf, policyOf, regionOf, rulebookOf } from '../samples.ts';
import { assessInstanceProtection } from './assess-instance-protection.ts';
import { assessProtection } from './assess-protection.ts';

const regions = [regionOf('berlin', 'EU'), regionOf('dublin', 'EU'), regionOf('paris', 'EU'), regionOf('ohio', 'US')];
const placementFor = (copies: number) =>
  getStorageRegions({
    instance: instanceOf('berlin'),
    policy: policyOf({ copies, jurisdictions: ['EU'], prefer: ['dublin'] }),
    rulebook: rulebookOf({ regions }),
    now: minute(0),
  });
const demand = { placement: placementFor(2), synchronousMinimum: 1 };

describe('a point', () => {
  test('is protected only when every demanded copy is verified', () => {
    const verified = assessProtection({
      ...demand,
      point: pointOf(),
      copies: [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')],
    });
    expect(verified).toMatchObject({ available: true, protected: true, debts: [] });
    const stored = assessProtection({ ...demand, point: pointOf(), copies: [copyOf('berlin', 'verified'), copyOf('dublin', 'stored')] });
    expect(stored).toMatchObject({ available: true, protected: false, debts: [{ region: 'dublin', since: minute(2) }] });
  });

  test('owes a copy that was never planned since it was completed', () => {
    const { debts } = assessProtection({ ...demand, point: pointOf(1), copies: [copyOf('berlin', 'verified')] });
    expect(debts).toEqual([
      {
        point: pointId(1),
        region: 'dublin',
        since: minute(2),
        reason: { rule: 'copy-missing', text: 'no copy was ever planned in dublin' },
        nextAttemptAt: null,
      },
    ]);
  });

  test('keeps the reason and the next attempt of a failed copy in its debt', () => {
    const reason = { rule: 'store.unreachable', text: 'the store does not answer' };
    const failed = copyOf('dublin', 'failed', { reason, nextAttemptAt: minute(9) });
    const { debts } = assessProtection({ ...demand, point: pointOf(), copies: [copyOf('berlin', 'verified'), failed] });
    expect(debts[0]).toMatchObject({ reason, nextAttemptAt: minute(9) });
  });

  test('owes nothing that was removed, also where it is demanded again; is not protected without it, and says so', () => {
    for (const state of ['expiring', 'deleted'] as const) {
      const reason = { rule: 'deletion-retention', text: 'it has expired: 30d ended' };
      const answer = assessProtection({
        ...demand,
        point: pointOf(),
        copies: [copyOf('berlin', 'verified'), copyOf('dublin', state, { reason })],
      });
      expect(answer).toMatchObject({ available: true, protected: false, debts: [] });
      expect(answer.reasons).toEqual([
        {
          rule: 'copy-removed',
          text: `the copy in dublin is ${state} and is not made again; the next backup brings one (it has expired: 30d ended)`,
        },
      ]);
    }
  });

  test('is available from a verified spare, which a former placement left, and not protected by it', () => {
    const answer = assessProtection({ ...demand, point: pointOf(), copies: [copyOf('paris', 'verified')] });
    expect(answer).toMatchObject({ available: true, protected: false });
  });

  test('gains nothing from a copy outside the allowed set, and says so', () => {
    const answer = assessProtection({ ...demand, point: pointOf(), copies: [copyOf('ohio', 'verified')] });
    expect(answer).toMatchObject({ available: false, protected: false });
    const found = answer.reasons.find(({ rule }) => rule === 'copy-outside-allowed-set');
    expect(found?.text).toMatch(/^the copy in ohio does not count: ohio lies in US; .*; it stays until the copies in .* are verified$/);
  });

  test('is not protected while the policy has an unmet demand', () => {
    const copies = ['berlin', 'dublin', 'paris'].map((region) => copyOf(region, 'verified'));
    const answer = assessProtection({ placement: placementFor(4), synchronousMinimum: 1, point: pointOf(), copies });
    expect(answer).toMatchObject({ available: true, protected: false, debts: [] });
    expect(answer.reasons.map(({ rule }) => rule)).toEqual(['too-few-regions']);
  });

  test('is not available below the synchronous minimum', () => {
    const answer = assessProtection({
      placement: demand.placement,
      synchronousMinimum: 2,
      point: pointOf(),
      copies: [copyOf('berlin', 'verified')],
    });
    expect(answer.available).toBe(false);
  });

  test('that is not complete counts for nothing', () => {
    const copies = [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')];
    const answer = assessProtection({ ...demand, point: pointOf(1, { state: 'capturing' }), copies });
    expect(answer).toMatchObject({ available: false, protected: false, debts: [] });
  });
});

describe('an instance', () => {
  const unscheduled = { ...demand, schedule: undefined, now: new Date('2026-11-23T00:00:00Z') };
  const whole = { copies: [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')] };

  test('is as protected as its newest complete point, in whatever order the points come', () => {
    const points = [
      { point: pointOf(1), ...whole },
      { point: pointOf(3, { state: 'capturing' }), copies: [] },
      { point: pointOf(2), copies: [copyOf('berlin', 'verified')] },
    ];
    expect(assessInstanceProtection({ ...unscheduled, points })).toMatchObject({ point: pointId(2), protected: false });
    expect(assessInstanceProtection({ ...unscheduled, points: [...points].reverse() })).toMatchObject({ point: pointId(2) });
    expect(assessInstanceProtection({ ...unscheduled, points: points.slice(0, 2) })).toMatchObject({ point: pointId(1), protected: true });
  });

  test('whose newest point is too old is not protected: one due time may be under way, a second may not have passed', () => {
    const schedule = { cron: '0 3 * * *', timeZone: 'Etc/UTC' };
    const at = (iso: string) =>
      assessInstanceProtection({
        ...demand,
        points: [{ point: pointOf(1, { capturedAt: new Date('2026-11-01T03:00:00Z') }), ...whole }],
        schedule,
        now: new Date(iso),
      });
    expect(at('2026-11-03T02:59:59Z').protected).toBe(true);
    const missed = at('2026-11-03T03:00:00Z');
    expect(missed.protected).toBe(false);
    expect(missed.reasons[0]).toMatchObject({ rule: 'newest-point-too-old', text: expect.stringContaining('2026-11-02T03:00:00') });
  });

  test('without a complete point is not protected', () => {
    const answer = assessInstanceProtection({ ...unscheduled, points: [] });
    expect(answer).toMatchObject({ point: null, available: false, protected: false });
    expect(answer.reasons[0]?.rule).toBe('no-complete-point');
  });
});
