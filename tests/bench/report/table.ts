import type { MachineFacts } from '../machine.ts';
import type { Result } from '../measurements.ts';
import { medianOf } from './median.ts';
import type { Target } from './targets.ts';

const head = [
  'measurement',
  'seconds',
  'MB/s',
  'runs/s',
  'CPU s',
  'servers CPU s',
  'peak MiB',
  'loop p99 ms',
  'stored MB',
  'sent MB',
  'load',
];

/** For people: one line for each measurement, then the targets, then the machine. */
export function describeResults(results: readonly Result[], targets: readonly Target[], machine: MachineFacts): string {
  const rows = results.map((result) => rowOf(result));
  return [
    align([head, ...rows]),
    ...results.flatMap(({ name, missing }) => (missing === undefined ? [] : [`${name}: ${missing}`])),
    '',
    align(targets.map(({ claim, value, isMet }) => [isMet === null ? '–' : isMet ? 'met' : 'missed', claim, show(value ?? undefined, 2)])),
    '',
    `${machine.cores} cores (${machine.processor}), ${show(machine.memoryBytes / 2 ** 30, 0)} GiB, Linux ${machine.kernel}, Node ${machine.node}`,
    `${machine.postgres}; ${machine.redis}`,
    `${machine.disk.filesystem}, ${machine.disk.writeMegabytesPerSecond} MB/s written and flushed; load ${show(machine.loadAverage, 1)} at the start`,
    '',
  ].join('\n');
}

function rowOf(result: Result): string[] {
  const figures = medianOf(result);
  if (figures === undefined) return [result.name, ...head.slice(1).map(() => '')];
  const { seconds, plaintextBytes, runs, peakRssBytes, storedBytes, sentBytes } = figures;
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / 1e6);
  return [
    result.name,
    show(seconds, 1),
    show(plaintextBytes === undefined ? undefined : plaintextBytes / 1e6 / seconds, 0),
    show(runs === undefined ? undefined : runs / seconds, 0),
    show(figures.cpuSeconds, 1),
    show(figures.serverCpuSeconds, 1),
    show(peakRssBytes === undefined ? undefined : peakRssBytes / 2 ** 20, 0),
    show(figures.loopDelayP99Ms, 0),
    show(megabytes(storedBytes), 0),
    show(megabytes(sentBytes), 0),
    show(figures.loadBefore, 1),
  ];
}

const show = (value: number | undefined, digits: number): string => (value === undefined ? '' : value.toFixed(digits));

/** The first column to the left, numbers to the right. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number) => rows.some((row, i) => i > 0 && /[a-z]{3}/.test(row[column] ?? ''));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (isText(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
