import type { RulebookPolicy } from '@cbcr/domain';
import { describe, expect, test } from 'vitest';
import { instanceOf, rulebookOf } from '../samples.ts';
import { compileNamePattern } from './name-pattern.ts';
import { resolvePolicy } from './resolve-policy.ts';

type Written = NonNullable<Parameters<typeof rulebookOf>[0]>['policies'];
const shop = instanceOf('berlin', { id: 'shop-eu-1', dataClass: 'personal', labels: { tier: 'gold', team: 'a' }, policy: 'named' });
const resolve = (...policies: NonNullable<Written>) => resolvePolicy(rulebookOf({ policies }), shop);
const originOf = (answer: ReturnType<typeof resolvePolicy>, field: string) => answer.fields.find((one) => one.field === field);

describe('the policies of an instance', () => {
  test('the most specific wins: named, name pattern, labels, data class, engine, home', () => {
    const policies: RulebookPolicy[] = rulebookOf({
      policies: [
        { id: 'named', placement: { copies: 6 } },
        { id: 'z-longer', select: { names: ['shop-eu-*'] }, placement: { copies: 5 } },
        { id: 'a-shorter', select: { names: ['shop-*'] }, placement: { copies: 4 } },
        { id: 'z-labels', select: { labels: { tier: 'gold', team: 'a' } }, placement: { copies: 7 } },
        { id: 'a-labels', select: { labels: { tier: 'gold' } }, placement: { copies: 8 } },
        { id: 'class', select: { dataClasses: ['personal'] }, placement: { copies: 3 } },
        { id: 'engine', select: { engines: ['postgres'] }, placement: { copies: 2 } },
        { id: 'home', select: { homes: ['berlin'] }, placement: { copies: 1 } },
      ],
    }).policies;
    const order = ['named', 'z-longer', 'a-shorter', 'z-labels', 'a-labels', 'class', 'engine', 'home'];
    for (const [index, id] of order.entries()) {
      const left = policies.filter((policy) => order.indexOf(policy.id) >= index);
      const answer = resolvePolicy(rulebookOf({ policies: left }), shop);
      expect(answer.applying.map(({ policy }) => policy)).toEqual(order.slice(index));
      expect(answer.policy.placement.copies).toBe(policies.find((policy) => policy.id === id)?.placement.copies);
    }
  });

  test('each field has its own winner, and says who', () => {
    const answer = resolve(
      { id: 'class', select: { dataClasses: ['personal'] }, placement: { copies: 3 }, rpo: '24h' },
      { id: 'gold', select: { labels: { tier: 'gold' } }, rpo: '1h', encryption: { keys: { berlin: 'gold-key' } } },
    );
    expect(answer.policy).toMatchObject({ id: 'gold', placement: { copies: 3, synchronousMinimum: 1 }, rpo: { text: '1h' } });
    expect(originOf(answer, 'placement.copies')).toMatchObject({ from: 'class', why: 'it selects the data class personal' });
    expect(originOf(answer, 'rpo')).toMatchObject({
      from: 'gold',
      why: 'it selects the label tier: gold, which is more specific than class',
    });
    expect(originOf(answer, 'encryption.keys.berlin')).toMatchObject({ from: 'gold', value: 'gold-key' });
    expect(originOf(answer, 'placement.synchronousMinimum')).toMatchObject({ from: 'default', value: 1 });
  });

  test('of equally specific policies the first by name wins, and says so', () => {
    const select = { dataClasses: ['personal'] };
    const answer = resolve({ id: 'beta', select, placement: { copies: 3 } }, { id: 'alfa', select, placement: { copies: 2 } });
    expect(answer.policy.placement.copies).toBe(2);
    expect(originOf(answer, 'placement.copies')?.why).toContain('the first by name wins, before beta');
  });

  test('restrictions add up: every list of jurisdictions, the longest minimum, the shortest maximum, the strictest lock', () => {
    const answer = resolve(
      {
        id: 'class',
        select: { dataClasses: ['personal'] },
        placement: { jurisdictions: ['DE'] },
        retention: { minimum: '1y', maximum: '2y', keepFor: '1y' },
        lock: { mode: 'compliance', for: '30d' },
      },
      {
        id: 'gold',
        select: { labels: { tier: 'gold' } },
        placement: { jurisdictions: ['EU'] },
        retention: { minimum: '30d', maximum: '3y', keepFor: '35d' },
        lock: { mode: 'governance', for: '60d' },
      },
    );
    expect(answer.policy.restrictions).toEqual([
      { policy: 'gold', jurisdictions: ['EU'] },
      { policy: 'class', jurisdictions: ['DE'] },
    ]);
    expect(answer.policy.retention).toMatchObject({ minimum: { text: '1y' }, maximum: { text: '2y' }, keepFor: { text: '35d' } });
    expect(answer.policy.lock).toMatchObject({ mode: 'compliance', for: { text: '60d' } });
    expect(originOf(answer, 'retention.minimum')).toMatchObject({ from: 'class', why: 'the longest of 30d (gold), 1y (class)' });
  });

  test('a policy without a selector is only for instances that name it; without any policy the defaults stand', () => {
    expect(resolve({ id: 'other', placement: { copies: 5 } })).toMatchObject({
      applying: [],
      policy: { placement: { copies: 1, prefer: [], synchronousMinimum: 1 } },
    });
  });
});

test.each([
  ['shop-*', 'shop-1', true],
  ['shop-*', 'shop-', true],
  ['shop-*', 'my-shop-1', false],
  ['*-eu-*', 'shop-eu-1', true],
  ['a*a', 'a', false],
  ['*', 'anything', true],
  ['shop', 'shop-1', false],
  ['*ab*ab', 'ab', false],
  ['*ab*ab', 'abxab', true],
])('the pattern %s and the name %s: %s', (pattern, name, matches) => {
  expect(compileNamePattern(pattern).matches(name)).toBe(matches);
});
