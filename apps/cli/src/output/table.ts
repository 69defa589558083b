import { stripVTControlCharacters } from 'node:util';
import CliTable from 'cli-table3';

export interface Table {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat('middle')
    .map((part) => [part, '']),
);
const gap = 2;
const narrowestColumn = 16;

/**
 * A table without borders: columns line up, and a row can be picked with grep and awk. An empty table still shows its head. Where a `width` is
 * given, the widest columns are wrapped to fit into it.
 */
export function renderTable({ head, rows }: Table, width?: number): string {
  const titles = head.map((title) => title.toUpperCase());
  const table = new CliTable({
    head: titles,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    chars: noBorders,
    colWidths: fitColumns([titles, ...rows], width),
    wordWrap: true,
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** As wide as the content; where that is too wide, the widest column gives way, again and again, but never below a width that can be read. */
function fitColumns(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): number[] {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => gap + Math.max(...rows.map((row) => columnsOf(row[column] ?? ''))));
  for (;;) {
    const excess = widths.reduce((sum, one) => sum + one, 0) - width;
    const widest = Math.max(...widths);
    if (excess <= 0 || widest <= narrowestColumn) return widths;
    const second = Math.max(narrowestColumn, ...widths.filter((one) => one < widest));
    widths[widths.indexOf(widest)] = Math.max(widest - excess, Math.min(second, widest - 1));
  }
}

const columnsOf = (text: string): number => Math.max(...text.split('\n').map((line) => [...stripVTControlCharacters(line)].length));
