import type { PolicyExplanationView } from '@cbcr/client';
import type { Text } from './text.ts';

/** Everything that decides about an instance, from the policies that apply down to what each region may be used for. */
export function describePolicy({ instance, version, applying, fields, placement, residency }: PolicyExplanationView): Text {
  const regions = [
    ...placement.placed.map(({ region, role, reason }) => [region, role, reason.rule, reason.text]),
    ...placement.spares.map(({ region, reason }) => [region, 'spare', reason.rule, reason.text]),
    ...placement.excluded.map(({ region, reason }) => [region, 'excluded', reason.rule, reason.text]),
  ];
  return [
    `${instance}, by version ${version} of the rules`,
    ...applying.map(({ policy, why }, rank) => `  ${rank + 1}. ${policy}: ${why}`),
    '',
    {
      head: ['field', 'value', 'from', 'why'],
      rows: fields.map(({ field, value, from, why }) => [field, describeValue(value), from, why]),
    },
    '',
    { head: ['region', 'placement', 'rule', 'why'], rows: regions },
    ...placement.unmet.map(({ text }) => `unmet: ${text}`),
    '',
    {
      head: ['region', 'data', 'keys', 'restores', 'drills', 'why'],
      rows: residency.map(({ region, data, key, restore, drill }) => [
        region,
        ...[data, key, restore, drill].map(({ allowed }) => (allowed ? 'yes' : 'NO')),
        [...new Set([data, key, restore, drill].map(({ reason }) => reason.text))].join('; '),
      ]),
    },
  ];
}

/** A duration by its own words, everything else as JSON. */
function describeValue(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'text' in value) return String(value.text);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
