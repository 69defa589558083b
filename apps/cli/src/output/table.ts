import CliTable from 'cli-table3';
import { columnsOf, wrapText } from './wrap-text.ts';

export interface Table {
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** What it means that there are no rows. */
  none?: string;
}

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat('middle')
    .map((part) => [part, '']),
);
const gap = 2;
const narrowestColumn = 16;
/** A word up to this length, such as an id, is kept in one piece where possible: people copy it. */
const longestKeptWord = 32;

/**
 * A table without borders: columns line up, and a row can be picked with grep and awk. An empty table still shows its head. Where a `width` is
 * given, the widest columns are wrapped to fit into it.
 */
export function renderTable({ head, rows }: Table, width?: number): string {
  const all = [head.map((title) => title.toUpperCase()), ...rows];
  const widths = fitColumns(all, width);
  const wrapped = all.map((row) => row.map((cell, column) => wrapText(cell, (widths[column] ?? 0) - gap).join('\n')));
  const table = new CliTable({
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    chars: noBorders,
    colWidths: widths,
  });
  table.push(...wrapped);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** As wide as the content; where that is too wide, the widest column that may gives way, again and again. */
function fitColumns(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): number[] {
  const columns = Array.from({ length: Math.max(...rows.map((row) => row.length)) }, (_, column) => {
    const cells = rows.map((row) => row[column] ?? '');
    const longestWord = Math.max(...cells.flatMap((cell) => cell.split(' ').map(columnsOf)));
    return {
      width: gap + Math.max(...cells.map(columnsOf)),
      least: gap + Math.max(narrowestColumn, Math.min(longestWord, longestKeptWord)),
    };
  });
  for (;;) {
    const excess = columns.reduce((sum, column) => sum + column.width, 0) - width;
    const [widest, second] = columns.filter((column) => column.width > column.least).sort((a, b) => b.width - a.width);
    if (excess <= 0 || widest === undefined) return columns.map((column) => column.width);
    widest.width = Math.max(widest.width - excess, widest.least, Math.min(second?.width ?? 0, widest.width - 1));
  }
}
