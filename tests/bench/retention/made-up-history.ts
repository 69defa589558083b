import {
  type HeldPoint,
  instanceSchema,
  type RecoveryPointId,
  type RegionId,
  type Rulebook,
  recoveryPointIdSchema,
  regionIdSchema,
  rulebookSchema,
} from '@cbcr/domain';

const names = ['alfa', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'india', 'juliett'];
const regions: RegionId[] = names.map((name) => regionIdSchema.parse(name));
export const now = new Date(Date.UTC(2027, 5, 1, 12));

/** Tiers in two time zones, the last ten, a window, lengths, minimums and a maximum: what a strict fleet would have, for every copy. */
export const rulebook: Rulebook = rulebookSchema.parse({
  regions: regions.map((id, index) => ({ id, jurisdictions: [index < 6 ? 'DE' : 'US'], store: { kind: 'memory' } })),
  policies: [{ id: 'standard', placement: { copies: 3 }, retention: { keepFor: '35d', minimum: '7d', maximum: '10y' } }],
  retention: {
    rules: [
      { id: 'tiers', keep: { gfs: { hourly: 24, daily: 14, weekly: 8, monthly: 12, yearly: 7, timeZone: 'Europe/Berlin' } } },
      { id: 'us', select: { jurisdictions: ['US'] }, keep: { last: 10, gfs: { daily: 30, timeZone: 'America/New_York' } }, minimum: '30d' },
      { id: 'window', select: { dataClasses: ['default'] }, keep: { window: '14d' } },
    ],
  },
});

export const instanceOf = (number: number) =>
  instanceSchema.parse({ id: `shop-${number}`, engine: 'postgres', home: 'alfa', policy: 'standard', connection: 'env:X' });

/** A point every six hours or so, verified in ten regions. */
export const pointsOf = (number: number, count: number): HeldPoint[] =>
  Array.from({ length: count }, (_, index): HeldPoint => {
    const capturedAtMs = now.getTime() - (index * 360 + ((number * 7919 + index * 104_729) % 300)) * 60_000;
    const id: RecoveryPointId = recoveryPointIdSchema.parse(`rp_${String(number * count + index).padStart(26, '0')}`);
    return {
      ...{ id, state: 'complete', capturedAtMs, completedAtMs: capturedAtMs, storedBytes: 1 },
      copies: regions.map((region) => ({ region, state: 'verified', sinceMs: capturedAtMs, verifiedAtMs: capturedAtMs })),
    };
  });
