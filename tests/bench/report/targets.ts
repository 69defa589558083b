import type { Measured, MeasurementName, Result } from '../measurements.ts';
import { medianOf } from './median.ts';

export interface Target {
  claim: string;
  /** Null when a measurement that it needs is not among the results. */
  value: number | null;
  limit: number;
  isMet: boolean | null;
}

const mebibyte = 1024 * 1024;

/** What the system promises of itself, and what was measured. */
export function judgeTargets(results: readonly Result[]): Target[] {
  const of = (name: MeasurementName): Measured | undefined => {
    const result = results.find((candidate) => candidate.name === name);
    return result && medianOf(result);
  };
  const ratio = (a: MeasurementName, b: MeasurementName) => {
    const [first, second] = [of(a)?.seconds, of(b)?.seconds];
    return first === undefined || second === undefined ? null : first / second;
  };
  const cpuRatio = (a: MeasurementName, b: MeasurementName) => {
    const [first, second] = [of(a)?.cpuSeconds, of(b)?.cpuSeconds];
    return first === undefined || second === undefined ? null : first / second;
  };
  const floors = (['dump-to-nowhere', 'dump-to-zstd', 'plain-upload'] as const).flatMap((name) => of(name)?.seconds ?? []);
  const backup = of('backup-1')?.seconds;
  const noOp = of('no-op-runs');
  const workers = (['backup-1', 'verify', 'replicate', 'backup-3', 'restore', 'all-at-once'] as const).flatMap(
    (name) => of(name)?.peakRssBytes ?? [],
  );
  const cpu = noOp && ((noOp.cpuSeconds ?? 0) + (noOp.serverCpuSeconds ?? 0)) * 1000;
  return [
    atMost('time of three regions ÷ one, stores that cost nothing', ratio('fan-out-3', 'fan-out-1'), 1.3),
    // On a machine that others use as well, CPU says more than time.
    atMost('CPU of three regions ÷ one, stores that cost nothing', cpuRatio('fan-out-3', 'fan-out-1'), 1.3),
    atMost('time of three regions ÷ one, three servers on this machine', ratio('backup-3', 'backup-1'), 1.3),
    atLeast('rate of one region ÷ slowest floor', backup === undefined || floors.length < 3 ? null : Math.max(...floors) / backup, 0.8),
    atMost("worker's peak memory, MiB", workers.length === 0 ? null : Math.max(...workers) / mebibyte, 512),
    atMost('CPU of catalog and queue per run, ms', cpu && noOp?.runs ? cpu / noOp.runs : null, 10),
    atLeast('no-op runs per second', noOp?.runs ? noOp.runs / noOp.seconds : null, 1000),
  ];
}

const atMost = (claim: string, value: number | null, limit: number): Target => ({
  claim: `${claim} ≤ ${limit}`,
  value,
  limit,
  isMet: value === null ? null : value <= limit,
});
const atLeast = (claim: string, value: number | null, limit: number): Target => ({
  claim: `${claim} ≥ ${limit}`,
  value,
  limit,
  isMet: value === null ? null : value >= limit,
});
