import { purposes } from '@cbcr/domain';
import type { Explanation } from './explain-instance.ts';

/** Lines for people: the instance, its policies, its fields, its regions, what is missing. No line depends on the width of another instance's. */
export function describeExplanation({ instance, effective, placement, allowed, excepted, near }: Explanation): string[] {
  const labels = Object.entries(instance.labels).map(([label, value]) => `${label}: ${value}`);
  const facts = [instance.engine, `home ${instance.home}`, `data class ${instance.dataClass}`, ...labels];
  const regions = [
    ...placement.placed.map(({ region, role, reason }) => [role, region, reason.text]),
    ...placement.spares.map(({ region, reason }) => ['spare', region, reason.text]),
    ...placement.excluded.map(({ region, legal, reason }) => [
      legal ? 'unsuitable' : 'forbidden',
      region,
      `[${reason.rule}] ${reason.text}`,
    ]),
  ];
  return [
    `${instance.id} (${facts.join(', ')})`,
    ...section(
      'policies',
      effective.applying.map(({ policy, why }) => [policy, why]),
    ),
    ...section(
      'fields',
      effective.fields.map(({ field, value, from, why }) => [field, describeValue(value), from, why]),
    ),
    ...section('regions', regions),
    ...section(
      'may be used for',
      purposes.map((purpose) => [purpose, allowed[purpose].join(', ') || 'no region']),
    ),
    ...section(
      'by exception alone',
      excepted.map(({ purpose, region, reason }) => [purpose, region, reason.text]),
    ),
    ...section(
      'near each other (constraints compare with the home alone)',
      near.map((text) => [text]),
    ),
    ...section(
      'unmet',
      placement.unmet.map(({ rule, text }) => [rule, text]),
    ),
  ];
}

/** A title and aligned rows; nothing at all without rows. */
function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column < row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell)).join('  '),
  );
  return [`  ${title}`, ...lines.map((line) => `    ${line}`)];
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(describeValue).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  if ('text' in value) return describeValue(value.text);
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${describeValue(inner)}`)
    .join(', ');
}
