import type { RetentionRunView } from '@cbcr/client';
import type { Text } from './text.ts';

/** What a round of retention did or would do, what stopped it, and what to do about that. */
export function describeRetentionRun({ planned, total, stopped, runs, kept, left }: RetentionRunView, dryRun: boolean): Text {
  const going = planned.filter(({ allowed }) => allowed);
  const said = stopped.flatMap(({ instance, reasons }) => reasons.map(({ text }) => `nothing of ${instance} expires: ${text}`));
  return [
    planned.length === 0
      ? 'no copy has expired that is not marked already'
      : {
          head: ['instance', 'point', 'region', 'what happens', 'why'],
          rows: planned.map(({ instance, point, region, allowed, marked, reasons }) => [
            ...[
              instance,
              point,
              region,
              allowed ? (marked ? 'expires' : dryRun ? 'would expire' : 'nothing: it changed meanwhile') : 'stays',
            ],
            reasons
              .filter(({ allows }, index) => (allowed ? index === 0 : !allows))
              .map(({ text }) => text)
              .join('; '),
          ]),
        },
    ...(total > planned.length ? [`${total - planned.length} more copies are not shown`] : []),
    ...said,
    ...kept.map(({ point, region, reasons }) => `${point} in ${region} stays after all: ${reasons.map(({ text }) => text).join('; ')}`),
    ...runs.map(
      ({ id, region, instance, state }) => `${id} deletes copies of ${instance ?? '–'} in ${region} that were marked before (${state})`,
    ),
    ...(left > 0 ? [`${left} more instances have expired copies: run it again`] : []),
    ...(dryRun && going.length > 0 ? ['Nothing was marked. With --yes it is; its bytes go when the grace is over.'] : []),
  ];
}
