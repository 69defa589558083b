import type { HeldCopy, HeldPoint, Hold, RegionId, RetentionRule, Rulebook } from '@cbcr/domain';
import type { SelectableInstance } from '../effective/match-policy.ts';

/*
 * The rules of retention once more, for tests: written down from their description, slowly, copy by copy, and with nothing of what decides. One
 * policy alone applies, the instance names it, and no hold has a selector besides regions, instances and data classes.
 */
export interface NaiveWorld {
  rulebook: Rulebook;
  earlier: readonly { version: number; rulebook: Rulebook; endedAt: Date }[];
  instance: SelectableInstance;
  points: readonly HeldPoint[];
  holds: readonly Hold[];
  now: Date;
}

/** Why a copy is kept, in short words: `tiers daily-3`, `hold H-1`. Nothing: it expires. */
export function keepNaively(world: NaiveWorld, point: HeldPoint, region: RegionId): string[] {
  const { rulebook, earlier, now, instance, holds } = world;
  const why = keepByVersion(world, rulebook, point, region);
  const formerly = instance.formerly ?? [];
  // What was said, and of what instance, in the moment before each change: whatever ended first after it.
  for (const { endedAt } of [...earlier, ...formerly]) {
    for (const old of saidBefore(earlier, endedAt, { rulebook, version: Infinity })) {
      for (const described of saidBefore(formerly, endedAt, instance)) {
        const hours = Math.max(old.rulebook.retention.coolingOff.ms, rulebook.retention.coolingOff.ms) / 3_600_000;
        const isCooling = (now.getTime() - endedAt.getTime()) / 3_600_000 < hours;
        const then = { ...world, instance: { ...described, id: instance.id } };
        if (isCooling && keepByVersion(then, old.rulebook, point, region).length > 0) why.push(`cooling-off ${old.version}`);
      }
    }
  }
  for (const { id, selector, released } of holds) {
    if (selector.regions && !selector.regions.some((one) => one === region)) continue;
    if (selector.instances && !selector.instances.some((one) => one === instance.id)) continue;
    const sinceCapture = [instance, ...formerly.filter(({ endedAt }) => endedAt.getTime() >= point.capturedAtMs)];
    if (selector.dataClasses && !sinceCapture.some(({ dataClass }) => selector.dataClasses?.includes(dataClass))) continue;
    const age = released === null ? 0 : now.getTime() - released.at.getTime();
    if (released === null || age < rulebook.retention.releaseGrace.ms) why.push(`hold ${id}`);
  }
  if (point.capturedAtMs > now.getTime()) why.push('future');
  return why;
}

/** Several may end at once: each of them is as good. */
function saidBefore<Old extends { readonly endedAt: Date }, Now>(old: readonly Old[], moment: Date, current: Now): (Old | Now)[] {
  const later = old.map(({ endedAt }) => endedAt.getTime()).filter((ms) => ms >= moment.getTime());
  const found = old.filter(({ endedAt }) => endedAt.getTime() === Math.min(...later));
  return found.length > 0 ? found : [current];
}

function keepByVersion({ instance, points, now }: NaiveWorld, rulebook: Rulebook, point: HeldPoint, region: RegionId): string[] {
  const place = rulebook.regions.find(({ id }) => id === region);
  if (place === undefined) return ['region-not-listed'];
  const inside = (jurisdiction: string): boolean =>
    place.jurisdictions.includes(jurisdiction) || (rulebook.jurisdictions[jurisdiction]?.contains ?? []).some(inside);
  const policy = rulebook.policies.find(({ id }) => id === instance.policy);
  const { keepFor, minimum, maximum } = policy?.retention ?? {};
  const rules: RetentionRule[] = [
    { id: 'policy', select: {}, ...(keepFor && { keep: { for: keepFor } }), ...(minimum && { minimum }), ...(maximum && { maximum }) },
    ...rulebook.retention.rules.filter(({ select }) => {
      if (select.regions && !select.regions.includes(region)) return false;
      if (select.jurisdictions && !select.jurisdictions.some(inside)) return false;
      if (select.dataClasses && !select.dataClasses.includes(instance.dataClass)) return false;
      if (select.engines && !select.engines.includes(instance.engine)) return false;
      if (select.policies && !select.policies.some((id) => id === policy?.id)) return false;
      for (const label in select.labels) if (instance.labels[label] !== select.labels[label]) return false;
      return true;
    }),
  ];
  const ageMs = now.getTime() - point.capturedAtMs;
  if (rules.some((rule) => rule.maximum !== undefined && ageMs >= rule.maximum.ms)) return [];

  const inRegion = (one: HeldPoint): HeldCopy | undefined => one.copies.find((copy) => copy.region === region);
  const isNewer = (one: HeldPoint, other: HeldPoint) =>
    one.capturedAtMs > other.capturedAtMs || (one.capturedAtMs === other.capturedAtMs && one.id > other.id);
  const counting = points.filter(
    (one) => one.state === 'complete' && one.capturedAtMs <= now.getTime() && inRegion(one)?.state === 'verified',
  );
  const newer = counting.filter((one) => isNewer(one, point));
  const why: string[] = rules.some(({ keep }) => keep !== undefined) ? [] : ['no-rule'];
  for (const { id, keep, minimum } of rules) {
    if (minimum !== undefined && ageMs < minimum.ms) why.push(`${id} minimum`);
    if (keep?.for !== undefined && ageMs < keep.for.ms) why.push(`${id} for`);
    if (keep?.last !== undefined && newer.length < keep.last) why.push(`${id} last-${newer.length + 1}`);
    if (keep?.window !== undefined) {
      const start = now.getTime() - keep.window.ms;
      const hasNewerBefore = newer.some((one) => one.capturedAtMs <= start);
      if (point.capturedAtMs > start) why.push(`${id} window`);
      else if (!hasNewerBefore) why.push(`${id} begins`);
    }
    const { timeZone = 'UTC', ...tiers } = keep?.gfs ?? {};
    for (const [tier, count] of Object.entries(tiers)) {
      if (count === undefined) continue;
      const own = periodOf(tier, timeZone, point.capturedAtMs);
      const periods = new Set(newer.map((one) => periodOf(tier, timeZone, one.capturedAtMs)));
      if (!periods.has(own) && periods.size < count) why.push(`${id} ${tier}-${periods.size + 1}`);
    }
  }
  return why;
}

/** A word for the period that a moment lies in, from the calendar of the place as the system writes it. */
function periodOf(tier: string, timeZone: string, ms: number): string {
  const written = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', hourCycle: 'h23', timeZoneName: 'longOffset' },
  }).format(ms);
  const [, year = '', month = '', day = '', hour = '', offset = ''] = /^(\d+)-(\d+)-(\d+) (\d+) (.*)$/.exec(written) ?? [];
  switch (tier) {
    case 'hourly':
      return `${year}-${month}-${day} ${hour} ${offset}`;
    case 'daily':
      return `${year}-${month}-${day}`;
    case 'weekly': {
      const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
      // Back to Monday.
      while (date.getUTCDay() !== 1) date.setUTCDate(date.getUTCDate() - 1);
      return date.toISOString();
    }
    case 'monthly':
      return `${year}-${month}`;
    case 'yearly':
      return year;
    default:
      throw new RangeError(tier);
  }
}
