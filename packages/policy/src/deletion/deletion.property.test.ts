import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Deletion, DeletionWorld, type Operation, operations, unnoticedMs } from '../../test/deletion-world.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

const drawOperation: fc.Arbitrary<Operation> = fc.record({
  what: fc.constantFrom(...operations),
  point: fc.nat(5),
  region: fc.nat(2),
  span: fc.nat(120),
});
/** Random operations alone seldom come to a deletion: whole lives of points are strewn in. */
const drawPiece: fc.Arbitrary<Operation[]> = fc.oneof(
  { arbitrary: drawOperation.map((one) => [one]), weight: 3 },
  {
    arbitrary: fc
      .tuple(fc.nat(5), fc.subarray([0, 1, 2]), fc.nat(2), fc.boolean())
      .map(([point, stored, unverified, isSwept]): Operation[] => {
        const at = { point, span: 70 };
        const make = stored.flatMap((region): Operation[] => [
          { what: 'store', region, ...at },
          { what: region === unverified ? 'wait' : 'verify', region, ...at },
        ]);
        const sweep: Operation[] = [
          { what: 'wait', region: 0, ...at },
          { what: 'sweep', region: 0, ...at },
        ];
        return [{ what: 'capture', region: 0, ...at }, ...make, ...(isSwept ? sweep : [])];
      }),
    weight: 2,
  },
  {
    arbitrary: fc.nat(5).map((point): Operation[] => {
      const each = [0, 1, 2].map((region): Operation => ({ what: 'delete', point, region, span: 0 }));
      return [{ what: 'wait', point, region: 0, span: 6 }, ...each];
    }),
    weight: 2,
  },
);
const ends: readonly Operation['what'][][] = [
  ['ask-for-copy', 'wait', 'delete'],
  ['keep-longer', 'fail', 'wait', 'sweep', 'wait'],
  ['forbid', 'remove-illegal', 'delete', 'allow'],
];
const drawEnd: fc.Arbitrary<Operation[]> = fc
  .tuple(fc.constantFrom(...ends), fc.nat(5), fc.nat(2))
  .map(([whats, point, region]) => whats.map((what) => ({ what, point, region, span: 70 })));
const drawLife = fc
  .array(fc.oneof({ arbitrary: drawPiece, weight: 3 }, drawEnd), { minLength: 10, maxLength: 60 })
  .map((pieces) => pieces.flat());

const isVerified = ({ state }: { state: string }) => state === 'verified';

let seen = 0;
function check(holds: (deletion: Deletion) => void): void {
  seen = 0;
  fc.assert(
    fc.property(drawLife, (life) => {
      const world = new DeletionWorld();
      for (const operation of life) world.apply(operation);
      for (const deletion of world.deletions) {
        seen += 1;
        holds(deletion);
      }
    }),
    { seed, numRuns: 1000 },
  );
  // A property of deletions that no life comes to would say nothing.
  expect(seen).toBeGreaterThan(200);
}

describe(`no sequence of operations deletes what must stay (seed ${seed})`, () => {
  test('a copy that is held, locked or read, or in a region that is down', () => {
    check(({ held, heldByLabel, copy, trueMs, point, up }) => {
      expect(held).toBe(false);
      // Also when the label that the hold selects was moved meanwhile.
      expect(heldByLabel).toBe(false);
      // As far as the catalog knows; the store compares with a time of its own.
      expect(copy.lockedUntilMs).toBeLessThanOrEqual(trueMs + unnoticedMs);
      expect(point.isRead).toBe(false);
      expect(up).toBe(true);
    });
  });

  test('a copy that was not marked, or whose time has not come', () => {
    check(({ copy, point, trueMs, keepMs, legal }) => {
      expect(copy.state).toBe('expiring');
      if (copy.purpose === 'retention') {
        expect(point.capturedAtMs + (keepMs.get(copy.region) ?? 0)).toBeLessThanOrEqual(trueMs + unnoticedMs);
        expect(copy.sinceMs + 5 * 60_000).toBeLessThanOrEqual(trueMs + 2 * unnoticedMs);
      }
      if (copy.purpose === 'residency') expect(legal.has(copy.region)).toBe(false);
    });
  });

  test('the last good point: a verified copy of it, or of a newer point, remains where the data may be', () => {
    check(({ point, copy, points, legal }) => {
      const remaining = points.flatMap(({ id, capturedAtMs, copies }) =>
        copies
          .filter((one) => isVerified(one) && legal.has(one.region) && !(id === point.id && one.region === copy.region))
          .map(() => capturedAtMs),
      );
      expect(Math.max(...remaining)).toBeGreaterThanOrEqual(point.capturedAtMs);
    });
  });

  test('a copy that is needed: another one is verified, unless the point goes in every region', () => {
    check(({ point, copy, legal, keepMs, trueMs }) => {
      const others = point.copies.filter(({ region }) => region !== copy.region);
      const isGone = ({ state, region }: (typeof others)[number]) =>
        state === 'expiring' ||
        state === 'deleted' ||
        (copy.purpose === 'manual' && copy.whole) ||
        (copy.purpose === 'retention' && point.capturedAtMs + (keepMs.get(region) ?? 0) <= trueMs + unnoticedMs);
      const remains = others.some((one) => isVerified(one) && legal.has(one.region));
      if (!remains) expect(others.every(isGone)).toBe(true);
      if (copy.purpose !== 'residency') return;
      expect(remains).toBe(true);
      for (const region of legal) expect(others.find((one) => one.region === region)?.state).toBe('verified');
    });
  });
});
