import {
  type CopyState,
  type EarlierRulebook,
  type HeldPoint,
  type Hold,
  holdIdSchema,
  holdSelectorSchema,
  type PointState,
  type Rulebook,
  recoveryPointIdSchema,
  rulebookSchema,
} from '@cbcr/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instanceOf, regionId } from '../samples.ts';
import type { CopyVerdict } from './copy-verdict.ts';
import { judgeRetention, type RetentionInput } from './judge-retention.ts';
import { keepNaively } from './naive-retention.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

const hourMs = 3_600_000;
const regions = ['alfa', 'bravo', 'charlie', 'delta'] as const;
/** Moments around which calendars do something: clocks change, in some places by half an hour, at midnight, or by a whole day. */
const knots: readonly [string, string][] = [
  ['UTC', '2026-12-31T23:30:00Z'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Asia/Kathmandu', '2027-01-03T18:15:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['America/St_Johns', '2010-11-07T02:31:00Z'],
  ['America/Havana', '2026-11-01T05:00:00Z'],
  ['Africa/Cairo', '2026-10-29T21:00:00Z'],
];

const length = fc.constantFrom('1h', '5h', '1d', '3d', '1w', '1mo', '1y', '3y');
/** Absent, or given in `weight` of two and `weight` cases. */
const maybe = <Value>(value: fc.Arbitrary<Value>, weight = 3) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 2 }, { arbitrary: value, weight });
const count = maybe(fc.integer({ min: 1, max: 4 }), 1);
const some = <Value>(...values: Value[]) => maybe(fc.subarray(values, { minLength: 1 }), 1);
const drawSelect = fc.record({
  regions: some(...regions),
  jurisdictions: some('EU', 'DE', 'US'),
  dataClasses: some('plain', 'health'),
  engines: maybe(fc.constantFrom(['postgres'], ['mysql', 'postgres'], ['mysql']), 1),
  labels: maybe(fc.constantFrom({ tier: 'gold' }, { tier: 'red' }), 1),
  policies: maybe(fc.constantFrom(['standard'], ['other']), 1),
});
const drawKeep = (zone: string) =>
  fc
    .record({
      for: maybe(length, 1),
      last: count,
      window: maybe(length, 1),
      gfs: maybe(
        fc
          .record({ hourly: count, daily: count, weekly: count, monthly: count, yearly: count })
          .filter((tiers) => Object.values(tiers).some((one) => one !== undefined))
          .map((tiers) => ({ ...tiers, timeZone: zone })),
      ),
    })
    .filter((keep) => Object.values(keep).some((one) => one !== undefined));
const drawRule = (zone: string) =>
  fc
    .record({ select: drawSelect, keep: maybe(drawKeep(zone)), minimum: maybe(length, 1), maximum: maybe(length, 1) })
    .filter(({ keep, minimum, maximum }) => (keep ?? minimum ?? maximum) !== undefined);
const present = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) =>
      one === undefined ? [] : [[key, typeof one === 'object' && !Array.isArray(one) ? present(one) : one]],
    ),
  );
const drawRulebook = (zone: string) =>
  fc
    .record({
      rules: fc.array(drawRule(zone), { maxLength: 3 }),
      policy: fc.record({ keepFor: maybe(length, 1), minimum: maybe(length, 1), maximum: maybe(length, 1) }),
      coolingOff: length,
      listed: fc.integer({ min: 3, max: 4 }),
    })
    .map(({ rules, policy, coolingOff, listed }): Rulebook => {
      const jurisdictions = [['DE'], ['IE'], ['US'], ['DE']];
      return rulebookSchema.parse({
        jurisdictions: { EU: { contains: ['DE', 'IE'] } },
        regions: regions.slice(0, listed).map((id, index) => ({ id, jurisdictions: jurisdictions[index], store: { kind: 'memory' } })),
        policies: [{ id: 'standard', placement: { copies: 1 }, retention: present(policy) }],
        retention: { rules: rules.map((rule, index) => ({ id: `rule-${index}`, ...present(rule) })), coolingOff, releaseGrace: '5h' },
      });
    });

const copyStates: CopyState[] = ['verified', 'verified', 'verified', 'verified', 'stored', 'expiring', 'failed', 'planned', 'deleted'];
const pointStates: PointState[] = ['complete', 'complete', 'complete', 'complete', 'expiring', 'deleted'];
/** Minutes from a knot: mostly near it, some far away, often two at the same moment. */
const distance = fc.oneof(
  fc.integer({ min: -180, max: 180 }),
  fc.integer({ min: -20_000, max: 3_000 }),
  fc.constantFrom(-60, -30, 0, 30, 60),
);
const drawPoint = fc.record({
  minutes: distance,
  state: fc.constantFrom(...pointStates),
  copies: fc.array(maybe(fc.constantFrom(...copyStates), 6), { minLength: 4, maxLength: 4 }),
});
const drawHold = fc.record({
  regions: some(...regions),
  instance: maybe(fc.constantFrom('shop', 'other'), 1),
  dataClass: maybe(fc.constantFrom('health', 'plain'), 2),
  released: maybe(distance, 1),
});

const drawLabels = fc.constantFrom<Record<string, string>>({}, { tier: 'gold' });
const drawClass = fc.constantFrom('health', 'plain');
const formerlyOf = (now: Date, drawn: readonly { labels: Record<string, string>; dataClass: string; policy: string; quarters: number }[]) =>
  drawn.map(({ quarters, ...described }, index) => ({
    ...{ ...described, home: regionId('alfa'), engine: 'postgres' },
    endedAt: new Date(now.getTime() - quarters * 900_000 - index),
  }));

interface World extends RetentionInput {
  readonly earlier: readonly EarlierRulebook[];
}

const worlds = fc.constantFrom(...knots).chain(([zone, at]) =>
  fc
    .record({
      ...{
        rulebook: drawRulebook(zone),
        earlier: fc.array(fc.tuple(drawRulebook(zone), fc.integer({ min: 0, max: 200 })), { maxLength: 2 }),
      },
      ...{
        points: fc.array(drawPoint, { maxLength: 25 }),
        holds: fc.array(drawHold, { maxLength: 2 }),
        after: fc.integer({ min: -100, max: 400 }),
      },
      labels: drawLabels,
      formerly: fc.array(
        // Hours apart from each other and from the versions of the rules, so that one of them ends first.
        fc.record({
          labels: drawLabels,
          dataClass: drawClass,
          policy: fc.constantFrom('standard', 'vanished'),
          quarters: fc.integer({ min: 0, max: 800 }),
        }),
        { maxLength: 2 },
      ),
    })
    .map(({ rulebook, earlier, points, holds, after, labels, formerly }): World => {
      const knotMs = Date.parse(at);
      const now = new Date(knotMs + after * hourMs);
      return {
        ...{ rulebook, now, instance: { ...instanceOf('alfa', { labels, dataClass: 'health' }), formerly: formerlyOf(now, formerly) } },
        earlier: earlier.map(([book, hours], version) => ({ version, rulebook: book, endedAt: new Date(now.getTime() - hours * hourMs) })),
        points: points.map(({ minutes, state, copies }, index): HeldPoint => {
          const capturedAtMs = knotMs + minutes * 60_000;
          return {
            ...{ id: recoveryPointIdSchema.parse(`rp_${String(index).padStart(26, '0')}`), state, capturedAtMs, storedBytes: 1 },
            completedAtMs: capturedAtMs,
            copies: copies.flatMap((copy, number) =>
              copy === undefined ? [] : [{ region: regionId(regions[number] ?? ''), state: copy, sinceMs: 0, verifiedAtMs: 0 }],
            ),
          };
        }),
        holds: holds.map(({ regions: held, instance, dataClass, released }, index): Hold => {
          const selector =
            (held ?? instance ?? dataClass) === undefined
              ? { instances: ['shop'] }
              : present({ regions: held, instances: instance && [instance], dataClasses: dataClass && [dataClass] });
          const release =
            released === undefined
              ? null
              : { by: 'b', at: new Date(now.getTime() - Math.abs(released) * 60_000), reason: 'r', approvedBy: null };
          return {
            ...{
              id: holdIdSchema.parse(`H-${index + 1}`),
              title: 't',
              reason: 'r',
              matter: null,
              selector: holdSelectorSchema.parse(selector),
            },
            ...{ placedBy: 'a', placedAt: new Date(0), releaseRequested: null, released: release },
          };
        }),
      };
    }),
);

const check = (holds: (world: World) => void) => fc.assert(fc.property(worlds, holds), { seed, numRuns: 500 });

/** The reasons of a verdict in the short words of the naive model. */
const shorten = ({ reasons }: CopyVerdict): string[] =>
  reasons.flatMap(({ rule, text }) => {
    if (rule === 'hold' || rule === 'hold-released') return `hold ${/H-\d+/.exec(text)?.[0]}`;
    if (rule === 'future' || rule === 'no-rule' || rule === 'region-not-listed') return rule;
    if (rule === 'cooling-off') return [];
    return `${rule} ${/^(for|minimum|window|begins|(?:last|hourly|daily|weekly|monthly|yearly)-\d+)/.exec(text)?.[0]}`;
  });
const isFuture = ({ points, now }: RetentionInput) => points.some(({ capturedAtMs }) => capturedAtMs > now.getTime());
const nameOf = ({ point, region }: CopyVerdict) => `${point} ${region}`;

describe(`the rules of retention (seed ${seed})`, () => {
  test('agree with a model that was written apart from them, in every verdict and every reason', () => {
    let expired = 0;
    let kept = 0;
    check((world) => {
      const verdicts = new Map(judgeRetention(world).map((verdict) => [nameOf(verdict), verdict]));
      for (const point of world.points) {
        for (const { region, state } of point.copies) {
          const verdict = verdicts.get(`${point.id} ${region}`);
          if (point.state === 'deleted' || state === 'deleted') {
            expect(verdict).toBeUndefined();
            continue;
          }
          if (verdict === undefined) throw new Error(`no verdict for ${point.id} in ${region}`);
          const why = keepNaively(world, point, region);
          expect([verdict.verdict, nameOf(verdict)]).toEqual([why.length > 0 ? 'keep' : 'expire', nameOf(verdict)]);
          expect(verdict.reasons).not.toEqual([]);
          if (verdict.verdict === 'expire') expired += 1;
          else {
            kept += 1;
            expect(shorten(verdict).toSorted()).toEqual(why.filter((one) => !one.startsWith('cooling-off')).toSorted());
          }
        }
      }
      expect(verdicts.size).toBe(
        world.points.reduce(
          (sum, { state, copies }) => sum + (state === 'deleted' ? 0 : copies.filter((copy) => copy.state !== 'deleted').length),
          0,
        ),
      );
    });
    // A model that keeps or lets go of everything would agree with itself.
    expect(Math.min(expired, kept)).toBeGreaterThan(50);
  });

  test('do not depend on the order of points, copies, rules and versions', () => {
    check((world) => {
      const turned: RetentionInput = {
        ...world,
        points: world.points.toReversed().map((point) => ({ ...point, copies: point.copies.toReversed() })),
        rulebook: { ...world.rulebook, retention: { ...world.rulebook.retention, rules: world.rulebook.retention.rules.toReversed() } },
        earlier: world.earlier.toReversed(),
      };
      expect(judgeRetention(turned)).toEqual(judgeRetention(world));
    });
  });

  test('carried out, change no other verdict: planning twice changes nothing', () => {
    check((world) => {
      const verdicts = judgeRetention(world);
      const gone = new Set(verdicts.flatMap((verdict) => (verdict.verdict === 'expire' ? [nameOf(verdict)] : [])));
      const points = world.points.map((point) => ({
        ...point,
        copies: point.copies.map((copy) => (gone.has(`${point.id} ${copy.region}`) ? { ...copy, state: 'deleted' as const } : copy)),
      }));
      expect(judgeRetention({ ...world, points })).toEqual(verdicts.filter(({ verdict }) => verdict === 'keep'));
    });
  });

  test('keep every point from the future, and none of them takes the place of another', () => {
    check((world) => {
      const capturedAtMs = world.now.getTime() + 1;
      const [first] = world.points;
      if (first === undefined) return;
      const id = recoveryPointIdSchema.parse(`rp_${'9'.repeat(26)}`);
      const newcomer: HeldPoint = { ...first, id, capturedAtMs, state: 'complete' };
      const verdicts = judgeRetention({ ...world, points: [...world.points, newcomer] });
      const own = verdicts.filter(({ point }) => point === id);
      expect(own.every(({ verdict, reasons }) => verdict === 'keep' && reasons.some(({ rule }) => rule === 'future'))).toBe(true);
      expect(verdicts.filter(({ point }) => point !== id)).toEqual(judgeRetention(world));
    });
  });

  test('say exactly when a copy expires if nothing else happens, and it never comes back', () => {
    let moments = 0;
    check((world) => {
      if (isFuture(world)) return;
      const later = new Map<number, Map<string, CopyVerdict>>();
      const at = (ms: number) => {
        const known =
          later.get(ms) ?? new Map(judgeRetention({ ...world, now: new Date(ms) }).map((verdict) => [nameOf(verdict), verdict]));
        later.set(ms, known);
        return known;
      };
      const farMs = world.now.getTime() + 20 * 365 * 24 * hourMs;
      for (const verdict of judgeRetention(world)) {
        const name = nameOf(verdict);
        if (verdict.expiresAt === null) expect([name, at(farMs).get(name)?.verdict]).toEqual([name, 'keep']);
        else if (verdict.verdict === 'expire') expect([name, at(farMs).get(name)?.verdict]).toEqual([name, 'expire']);
        else {
          const ms = verdict.expiresAt.getTime();
          expect([name, at(ms - 1).get(name)?.verdict, at(ms).get(name)?.verdict]).toEqual([name, 'keep', 'expire']);
          moments += 1;
        }
      }
    });
    expect(moments).toBeGreaterThan(150);
  });

  test('a hold more, a version that is cooling off, or what the instance was before, never lets a copy go', () => {
    check((world) => {
      const kept = (input: RetentionInput) =>
        judgeRetention(input).flatMap((verdict) => (verdict.verdict === 'keep' ? [nameOf(verdict)] : []));
      const all = new Set(kept(world));
      for (const fewer of [
        { ...world, holds: [] },
        // With other versions, or another past of the instance, other pairs of both were in force.
        { ...world, earlier: [], instance: { ...world.instance, formerly: [] } },
      ])
        for (const name of kept(fewer)) expect(all).toContain(name);
    });
  });
});
