import type { HoldCheckView, HoldView } from '@cbcr/client';
import { formatCount, formatTime } from './format.ts';
import type { Table } from './table.ts';
import type { Text } from './text.ts';

export function tabulateHolds(holds: readonly HoldView[]): Table {
  return {
    none: 'no hold',
    head: ['hold', 'state', 'title', 'matter', 'covers', 'placed', 'by'],
    rows: holds.map(({ id, state, title, matter, selector, placedAt, placedBy }) => [
      ...[id, state, title, matter ?? '–', describeSelector(selector), formatTime(placedAt), placedBy],
    ]),
  };
}

export function describeHold(hold: HoldView): Text {
  const { id, title, state, reason, matter, selector, placedAt, placedBy, releaseRequested, released, protectsUntil } = hold;
  return [
    `${id}  ${title}  ${state}`,
    `covers ${describeSelector(selector)}`,
    `placed ${formatTime(placedAt)} by ${placedBy}${matter === null ? '' : ` for ${matter}`}: ${reason}`,
    ...(released === null && releaseRequested !== null
      ? [
          `release asked for ${formatTime(releaseRequested.at)} by ${releaseRequested.by}: ${releaseRequested.reason}; another person approves`,
        ]
      : []),
    ...(released === null
      ? []
      : [
          `released ${formatTime(released.at)} by ${released.by}${released.approvedBy === null ? '' : `, approved by ${released.approvedBy}`}: ${released.reason}`,
          `what it covered is protected until ${formatTime(protectsUntil)}`,
        ]),
  ];
}

/** Of holds that cover nothing now: nobody should believe that they keep what exists. */
export const describeEmptyHolds = ({ holds }: HoldCheckView): string[] =>
  holds
    .filter(({ points }) => points === 0)
    .map(
      ({ hold, instances }) =>
        `${hold} covers nothing that exists now: 0 points of ${formatCount(instances, 'instance')}. It will cover what comes and meets all its conditions; if it shall keep what is there, look at them again.`,
    );

export function describeHoldCheck({ holds }: HoldCheckView): Text {
  if (holds.length === 0) return 'no hold protects anything now';
  return holds.map(({ hold, title, state, instances, points, regions, conflicts, conflictCount }): Text => {
    const copies = regions.reduce((sum, region) => sum + region.copies, 0);
    return [
      `${hold}  ${title}  ${state}: covers ${formatCount(copies, 'copy', 'copies')} of ${formatCount(points, 'point')} of ${formatCount(instances, 'instance')}`,
      ...(regions.length === 0 ? [] : [tabulateRegions(regions)]),
      ...regions.flatMap(({ region, details }) => details.map((detail) => `  ${region}: ${detail}`)),
      ...conflicts.map(
        ({ instance, point, region, residency, hold: rule }) =>
          `  conflict: ${instance} ${point} in ${region}: ${rule.text} keeps what ${residency.rule} forbids (${residency.text}); nothing is deleted`,
      ),
      ...(conflictCount > conflicts.length ? [`  and ${conflictCount - conflicts.length} more conflicts`] : []),
    ];
  });
}

const tabulateRegions = (regions: HoldCheckView['holds'][number]['regions']): Table => ({
  head: ['region', 'copies', 'held by the store', 'pending', 'not supported', 'failed', 'to be made'],
  rows: regions.map(({ region, copies, set, pending, unsupported, failed, coming }) => [
    region,
    ...[copies, set, pending, unsupported, failed, coming].map(String),
  ]),
});

/** In words: which copies a hold covers. */
export function describeSelector({ instances, dataClasses, labels, regions, captured, points }: HoldView['selector']): string {
  return [
    instances === undefined ? [] : [`instances ${instances.join(', ')}`],
    dataClasses === undefined ? [] : [`data classes ${dataClasses.join(', ')}`],
    Object.entries(labels ?? {}).map(([name, value]) => `label ${name}=${value}`),
    regions === undefined ? [] : [`regions ${regions.join(', ')}`],
    captured?.from === undefined ? [] : [`captured from ${formatTime(captured.from)}`],
    captured?.to === undefined ? [] : [`captured until ${formatTime(captured.to)}`],
    points === undefined ? [] : [`points ${points.join(', ')}`],
  ]
    .flat()
    .join(' and ');
}
