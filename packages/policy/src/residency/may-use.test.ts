import type { Purpose } from '@cbcr/domain';
import { describe, expect, test } from 'vitest';
import { instanceOf, minute, placeOf, policyOf, regionId, rulebookOf } from '../samples.ts';
import { mayUse } from './may-use.ts';

const exception = {
  ...{ id: 'audit', instances: ['shop'], regions: ['ohio'], purposes: ['restore' as const] },
  ...{ reason: 'the auditor sits there', grantedBy: 'privacy office', expires: minute(60) },
};
const rulebook = rulebookOf({
  jurisdictions: { EU: { contains: ['DE', 'FR'] } },
  regions: [
    placeOf('berlin', { jurisdictions: ['DE'] }),
    placeOf('paris', { jurisdictions: ['FR'] }),
    placeOf('rome', { jurisdictions: ['EU'], status: 'draining' }),
    placeOf('ohio', { jurisdictions: ['US'] }),
    placeOf('oslo', { jurisdictions: ['EU'], status: 'disabled' }),
  ],
  residency: [
    { id: 'stay', dataClasses: ['personal'], data: { allow: ['EU'], forbid: ['paris'] }, keys: { allow: ['berlin'] } },
    { id: 'stay-too', dataClasses: ['personal'], data: { allow: ['EU', 'US'] }, keys: { allow: ['EU'] }, restore: { allow: ['EU', 'US'] } },
  ],
  exceptions: [exception],
});
const shop = instanceOf('berlin', { dataClass: 'personal' });
const ask = (region: string, purpose: Purpose = 'data', more: Partial<Parameters<typeof mayUse>[0]> = {}) =>
  mayUse({ rulebook, instance: shop, policy: policyOf({ copies: 1 }), region: regionId(region), purpose, now: minute(0), ...more });
const ruleOf = (...question: Parameters<typeof ask>) => ask(...question).reason.rule;

describe('permission', () => {
  test('a data class with a residency policy is denied by default elsewhere, and all its policies apply', () => {
    expect(ruleOf('berlin')).toBe('residency-allowed');
    expect(ask('ohio')).toEqual({
      allowed: false,
      reason: { rule: 'residency-not-allowed', text: 'ohio lies in US; residency policy stay allows copies of personal only in EU' },
    });
    expect(ask('paris').reason).toMatchObject({
      rule: 'residency-forbidden',
      text: expect.stringContaining('forbids copies of personal in paris'),
    });
    expect(ruleOf('paris', 'key')).toBe('residency-not-allowed');
    expect(ruleOf('berlin', 'key')).toBe('residency-allowed');
  });

  test('a class that no residency policy names is confined by its policies alone', () => {
    const instance = instanceOf('berlin');
    expect(ruleOf('ohio', 'data', { instance })).toBe('not-restricted');
    const policy = policyOf({ copies: 1, jurisdictions: ['DE'] });
    expect(ruleOf('paris', 'data', { instance, policy })).toBe('jurisdiction-forbidden');
    expect(ruleOf('paris', 'key', { instance, policy })).toBe('not-restricted');
  });

  test('an exception lifts the denial for its instance, region and purpose until it expires, and is named', () => {
    expect(ask('ohio', 'restore')).toMatchObject({ allowed: true, reason: { rule: 'residency-exception' } });
    expect(ask('ohio', 'restore').reason.text).toContain('exception audit of privacy office');
    expect(ask('ohio', 'data').allowed).toBe(false);
    expect(ask('ohio', 'restore', { instance: { ...shop, id: instanceOf('berlin', { id: 'other' }).id } }).allowed).toBe(false);
    const late = ask('ohio', 'restore', { now: minute(60) });
    expect(late.allowed).toBe(false);
    expect(late.reason.text).toContain('the exception audit expired at');
  });

  test('a draining region keeps what it has and gets nothing new; a disabled one neither', () => {
    expect(ruleOf('rome')).toBe('region-draining');
    expect(ask('rome', 'data', { existing: true }).allowed).toBe(true);
    expect(ask('rome', 'restore').allowed).toBe(true);
    expect(ask('rome', 'drill').allowed).toBe(false);
    expect(ruleOf('oslo', 'data', { existing: true })).toBe('region-disabled');
  });

  test('a region that is no longer listed keeps what it has and gets nothing new, restores included', () => {
    const vienna = placeOf('vienna', { jurisdictions: ['DE'] });
    expect(ask('vienna').reason.rule).toBe('region-unknown');
    expect(ruleOf('vienna', 'data', { region: vienna })).toBe('region-not-listed');
    expect(ruleOf('vienna', 'restore', { region: vienna })).toBe('region-not-listed');
    expect(ask('vienna', 'data', { region: vienna, existing: true }).allowed).toBe(true);
  });
});
