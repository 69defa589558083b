import type { GarbageView } from '@cbcr/client';
import { describeAge } from './describe-region.ts';
import { formatBytes } from './format.ts';
import type { Text } from './text.ts';

/** What searches found, one line for each point. */
export function describeGarbage(found: readonly GarbageView[], now: Date, nothing = 'no garbage'): Text {
  if (found.length === 0) return 'no region was searched';
  const rows = found.flatMap(({ region, garbage, unclaimed }) => [
    ...garbage.map((one) => [
      ...describeLeftovers(one, region, now),
      one.denied.length === 0 ? 'yes' : `no: ${one.denied.map(({ text }) => text).join('; ')}`,
    ]),
    ...unclaimed.map((one) => [...describeLeftovers(one, region, now), 'never by itself: look at it']),
  ]);
  return rows.length === 0
    ? `${nothing} in ${found.map(({ region }) => region).join(', ')}`
    : { head: ['region', 'instance', 'point', 'objects', 'bytes', 'youngest', 'why', 'may go'], rows };
}

const describeLeftovers = (
  { instance, point, objects, bytes, writtenAt, reason }: Omit<GarbageView['garbage'][number], 'denied'>,
  region: string,
  now: Date,
) => [
  ...[region, instance, point, String(objects), formatBytes(bytes)],
  ...[writtenAt === null ? 'unknown' : describeAge(writtenAt, now), reason.text],
];

/** What is not in the lists. */
export function describeUnlisted(found: readonly GarbageView[]): string[] {
  return found.flatMap(({ region, garbage, total, unclaimed, totalUnclaimed }) => [
    ...unlisted(region, 'garbage (what may go first)', garbage.length, total),
    ...unlisted(region, 'what nobody claims', unclaimed.length, totalUnclaimed),
  ]);
}

const unlisted = (region: string, what: string, listed: number, { points, bytes }: GarbageView['total']): string[] =>
  points <= listed ? [] : [`${region}: only ${listed} of ${points} points with ${what} are listed (${formatBytes(bytes)} in all)`];
