import { type Lock, rulebookPolicySchema } from '@cbcr/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeLock, lockIn, stricterLock } from './lock-in.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

const lockOf = (lock: object): Lock => {
  const { lock: parsed } = rulebookPolicySchema.parse({ id: 'standard', lock });
  if (parsed === undefined) throw new RangeError('a lock was given');
  return parsed;
};

test.each([
  ['for all regions alike', { mode: 'compliance', for: '6y' }, { mode: 'compliance', for: { text: '6y' }, whileKept: false }],
  [
    'where nothing else is said of the region',
    { mode: 'governance', regions: { berlin: { for: '1d' } } },
    { mode: 'governance', whileKept: true },
  ],
  [
    'with its own mode',
    { mode: 'governance', for: '6y', regions: { ohio: { mode: 'compliance' } } },
    { mode: 'compliance', for: { text: '6y' } },
  ],
  ['with its own length', { mode: 'governance', for: '6y', regions: { ohio: { for: '9d' } } }, { mode: 'governance', for: { text: '9d' } }],
  ['only where it is named', { regions: { ohio: { mode: 'compliance' } } }, { mode: 'compliance', whileKept: true }],
  ['not where others alone are named', { regions: { berlin: { mode: 'compliance' } } }, null],
] as const)('copies in a region are locked %s', (_name, lock, terms) => {
  if (terms === null) expect(lockIn(lockOf(lock), 'ohio')).toBeNull();
  else expect(lockIn(lockOf(lock), 'ohio')).toMatchObject(terms);
});

test.each([
  [{}, /it locks nowhere/],
  [{ for: '6y' }, /it locks nowhere/],
  [{ regions: { berlin: { mode: 'governance' }, ohio: { for: '1d' } } }, /a region without a mode is not locked/],
] as const)('a lock that would lock nothing is none: %j', (lock, message) => {
  expect(() => lockOf(lock)).toThrow(message);
});

const terms = (mode: fc.Arbitrary<'governance' | 'compliance' | undefined>) =>
  fc.record({
    mode,
    for: fc.option(fc.constantFrom('1d', '9d', '6y'), { nil: undefined }),
    whileKept: fc.option(fc.boolean(), { nil: undefined }),
  });
const modes = ['governance', 'compliance'] as const;
const drawLock: fc.Arbitrary<Lock> = fc
  .tuple(
    terms(fc.constantFrom(...modes, undefined)),
    fc.dictionary(fc.constantFrom('berlin', 'ohio', 'osaka'), terms(fc.constantFrom(...modes)), { maxKeys: 3 }),
  )
  .filter(([{ mode }, regions]) => mode !== undefined || Object.keys(regions).length > 0)
  .map(([everywhere, regions]) => lockOf(JSON.parse(JSON.stringify({ ...everywhere, regions }))));

describe(`two locks together (seed ${seed})`, () => {
  test('ask in every region for what each of them asks, whichever comes first, and can be written in a file', () => {
    fc.assert(
      fc.property(drawLock, drawLock, (a, b) => {
        const both = stricterLock(a, b);
        expect(stricterLock(b, a)).toEqual(both);
        expect(lockOf(JSON.parse(JSON.stringify({ ...both, for: both.for?.text, regions: textsOf(both) })))).toEqual(both);
        for (const region of ['berlin', 'ohio', 'osaka', 'elsewhere']) {
          const asked = lockIn(both, region);
          for (const one of [lockIn(a, region), lockIn(b, region)]) {
            if (one === null) continue;
            expect(asked).not.toBeNull();
            if (one.mode === 'compliance') expect(asked?.mode).toBe('compliance');
            if (one.whileKept) expect(asked?.whileKept).toBe(true);
            expect(asked?.for?.ms ?? 0).toBeGreaterThanOrEqual(one.for?.ms ?? 0);
          }
          const demands = [lockIn(a, region), lockIn(b, region)].filter((one) => one !== null);
          if (demands.length > 0) expect(asked?.whileKept).toBe(demands.some(({ whileKept }) => whileKept));
          if (lockIn(a, region) === null && lockIn(b, region) === null) expect(asked).toBeNull();
        }
      }),
      { seed, numRuns: 1000 },
    );
  });
});

const textsOf = ({ regions }: Lock) =>
  regions && Object.fromEntries(Object.entries(regions).map(([region, one]) => [region, { ...one, for: one.for?.text }]));

test('it is told in words', () => {
  const lock = stricterLock(
    lockOf({ mode: 'governance', for: '6y' }),
    lockOf({ mode: 'governance', regions: { ohio: { mode: 'compliance' } } }),
  );
  expect(describeLock(lock)).toBe('governance for 6y, or as long as it is kept, compliance for 6y, or as long as it is kept in ohio');
});
