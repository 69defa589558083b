import {
  type CopyState,
  type EarlierRulebook,
  type HeldPoint,
  type Hold,
  holdIdSchema,
  holdSelectorSchema,
  type RegionId,
  rulebookSchema,
} from '@cbcr/domain';
import { expect, test } from 'vitest';
import { instanceOf, pointId, regionId } from '../samples.ts';
import { judgeRetention } from './judge-retention.ts';

/*
 * What the rules say about histories that a person can follow, one file for each. `vitest run -u` in this package writes the files anew; read the
 * difference before you commit it.
 */
const regions = ['berlin', 'ohio'].map(regionId);
const hourMs = 3_600_000;
type Written = NonNullable<(typeof rulebookSchema)['_input']['retention']>['rules'];

const rulebookOf = (rules: Written, retention: object = {}) =>
  rulebookSchema.parse({
    jurisdictions: { EU: { contains: ['DE'] } },
    regions: [
      { id: 'berlin', jurisdictions: ['DE'], store: { kind: 'memory' } },
      { id: 'ohio', jurisdictions: ['US'], store: { kind: 'memory' } },
    ],
    policies: [{ id: 'standard', placement: { copies: 1 }, retention }],
    retention: { rules },
  });

/** Points at these moments, verified in these regions unless it is said otherwise. */
const pointsAt = (moments: readonly number[], held: readonly RegionId[] = regions.slice(0, 1), states: Record<number, CopyState> = {}) =>
  moments.map(
    (capturedAtMs, index): HeldPoint => ({
      ...{ id: pointId(index), state: 'complete', capturedAtMs, completedAtMs: capturedAtMs, storedBytes: 1 },
      copies: held.map((region) => ({ region, state: states[index] ?? 'verified', sinceMs: 0, verifiedAtMs: 0 })),
    }),
  );
const every = (hours: number, from: string, count: number) =>
  Array.from({ length: count }, (_, index) => Date.parse(from) - index * hours * hourMs);

const clockIn = (timeZone: string) => {
  const format = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    timeZoneName: 'longOffset',
    ...{ hourCycle: 'h23', localeMatcher: 'lookup' },
  });
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  return (ms: number) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
    const offset = (parts.get('timeZoneName') ?? '').replace('GMT', '').replace('\u2212', '-');
    return `${days[new Date(`${date}T00:00:00Z`).getUTCDay()]} ${date} ${parts.get('hour')}:${parts.get('minute')} ${offset || '+00:00'}`;
  };
};

interface Table {
  title: string;
  now: string;
  timeZone?: string;
  rulebook: ReturnType<typeof rulebookOf>;
  earlier?: EarlierRulebook[];
  points: readonly HeldPoint[];
  holds?: Hold[];
}

function render({ title, now, timeZone = 'UTC', rulebook, earlier = [], points, holds = [] }: Table): string {
  const clock = clockIn(timeZone);
  const verdicts = judgeRetention({ rulebook, earlier, points, holds, now: new Date(now), instance: instanceOf('berlin') });
  const captured = new Map(points.map(({ id, capturedAtMs }) => [id, capturedAtMs]));
  const lines = verdicts.map(({ point, region, verdict, reasons, expiresAt, finding }) =>
    [
      clock(captured.get(point) ?? Number.NaN),
      region.padEnd(6),
      verdict.padEnd(6),
      reasons.map(({ rule, text }) => `${rule}: ${text}`).join('; '),
      ...(verdict === 'keep' && expiresAt !== null ? [`[until ${expiresAt.toISOString().slice(0, 16)}Z]`] : []),
      ...(finding === undefined ? [] : [`! ${finding.text}`]),
    ].join('  '),
  );
  return `${title}\nnow ${now}, shown in ${timeZone}\n\n${lines.join('\n')}\n`;
}

const hold: Hold = {
  ...{ id: holdIdSchema.parse('H-12'), title: 'Miller', reason: 'a court asks', matter: null, placedBy: 'ada', placedAt: new Date(0) },
  selector: holdSelectorSchema.parse({ captured: { to: '2026-11-10' } }),
  ...{ releaseRequested: null, released: null },
};
const berlin = 'Europe/Berlin';

const tables: Record<string, Table> = {
  'tiers-of-a-year': {
    title: 'A point every day for 14 months; daily 7, weekly 4, monthly 6, yearly 2',
    now: '2026-11-20T12:00:00Z',
    timeZone: berlin,
    rulebook: rulebookOf([{ id: 'tiers', keep: { gfs: { daily: 7, weekly: 4, monthly: 6, yearly: 2, timeZone: berlin } } }]),
    points: pointsAt(every(24, '2026-11-20T02:00:00Z', 425)).filter((_, index) => index < 45 || index % 30 === 0 || index > 418),
  },
  'tiers-with-gaps': {
    title: 'Three days with points, two months without, three days with points; daily 4: periods that have points are counted',
    now: '2026-11-20T12:00:00Z',
    rulebook: rulebookOf([{ id: 'tiers', keep: { gfs: { daily: 4, timeZone: 'UTC' } } }]),
    points: pointsAt([...every(12, '2026-11-20T02:00:00Z', 5), ...every(12, '2026-09-14T02:00:00Z', 5)]),
  },
  'clocks-go-back': {
    title: 'A point every half hour while the clocks go back: hourly 8, daily 3. 02:00 comes twice, and is two hours',
    now: '2026-10-25T04:00:00Z',
    timeZone: berlin,
    rulebook: rulebookOf([{ id: 'tiers', keep: { gfs: { hourly: 8, daily: 3, timeZone: berlin } } }]),
    points: pointsAt(every(0.5, '2026-10-25T02:30:00Z', 20)),
  },
  'clocks-go-forward': {
    title: 'A point every half hour while the clocks go forward: hourly 6, daily 2. 02:00 does not come',
    now: '2026-03-29T04:00:00Z',
    timeZone: berlin,
    rulebook: rulebookOf([{ id: 'tiers', keep: { gfs: { hourly: 6, daily: 2, timeZone: berlin } } }]),
    points: pointsAt(every(0.5, '2026-03-29T02:30:00Z', 16)),
  },
  window: {
    title: 'A point every day, none for four days; a window of 7d keeps one point older than itself',
    now: '2026-11-20T12:00:00Z',
    rulebook: rulebookOf([{ id: 'restorable', keep: { window: '7d' } }]),
    points: pointsAt(every(24, '2026-11-20T02:00:00Z', 14).filter((_, index) => index < 4 || index > 7)),
  },
  'last-and-unverified': {
    title: 'last 3: a copy that is not verified takes no place, and is judged as if it were',
    now: '2026-11-20T12:00:00Z',
    rulebook: rulebookOf([{ id: 'three', keep: { last: 3 } }]),
    points: pointsAt(every(24, '2026-11-20T02:00:00Z', 8), regions.slice(0, 1), { 0: 'copying', 1: 'verified', 2: 'stored', 5: 'failed' }),
  },
  'two-regions': {
    title: '35 days in berlin, 7 years in ohio; the policy itself says nothing for less than 2 days and nothing for more than 10 years',
    now: '2026-11-20T12:00:00Z',
    rulebook: rulebookOf(
      [
        { id: 'short', select: { jurisdictions: ['EU'] }, keep: { for: '35d' } },
        { id: 'archive', select: { regions: ['ohio'] }, keep: { for: '7y' } },
      ],
      { minimum: '2d', maximum: '10y' },
    ),
    points: pointsAt(
      [0, 1, 34, 35, 400, 2554, 2556, 3651].map((days) => Date.parse('2026-11-20T02:00:00Z') - days * 24 * hourMs),
      regions,
    ),
  },
  'holds-and-maximum': {
    title: 'At most 10 days; a legal hold on what was captured until 2026-11-10 wins, and says so; a point from the future is kept',
    now: '2026-11-20T12:00:00Z',
    rulebook: rulebookOf([{ id: 'most', keep: { last: 20 }, maximum: '10d' }]),
    points: pointsAt([Date.parse('2026-11-21T02:00:00Z'), ...every(48, '2026-11-20T02:00:00Z', 8)]),
    holds: [hold],
  },
  'cooling-off': {
    title: 'Version 13 shortened 35 days to 5 a day ago: until its cooling-off is over, what version 12 keeps is kept',
    now: '2026-11-20T12:00:00Z',
    rulebook: rulebookOf([{ id: 'days', keep: { for: '5d' } }]),
    earlier: [
      { version: 12, rulebook: rulebookOf([{ id: 'days', keep: { for: '35d' } }]), endedAt: new Date('2026-11-19T12:00:00Z') },
      { version: 11, rulebook: rulebookOf([{ id: 'days', keep: { for: '90d' } }]), endedAt: new Date('2026-10-19T12:00:00Z') },
    ],
    points: pointsAt([0, 4, 6, 33, 34, 36, 80].map((days) => Date.parse('2026-11-20T02:00:00Z') - days * 24 * hourMs)),
  },
};

test.each(Object.keys(tables))('the table %s reads as it did', async (name) => {
  const table = tables[name];
  if (table === undefined) throw new RangeError(name);
  await expect(render(table)).toMatchFileSnapshot(`golden/${name}.txt`);
});
