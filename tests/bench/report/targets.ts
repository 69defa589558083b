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
  const of = (name: MeasurementName, session?: string): Measured | undefined => {
    const { repetitions = [] } = results.find((candidate) => candidate.name === name) ?? {};
    return medianOf({ repetitions: repetitions.filter((made) => session === undefined || made.session === session) });
  };
  const sessions = [...new Set(results.flatMap(({ repetitions }) => repetitions.map(({ session }) => session)))];
  /** Of what was measured in one session, beside each other; of several sessions the worst. */
  const worst = (pick: (values: number[]) => number, measure: (session: string) => number | null) => {
    const values = sessions.flatMap((session) => measure(session) ?? []);
    return values.length === 0 ? null : pick(values);
  };
  const ratio = (a: MeasurementName, b: MeasurementName, figure: 'seconds' | 'cpuSeconds' = 'seconds') =>
    worst(
      (values) => Math.max(...values),
      (session) => {
        const [first, second] = [of(a, session)?.[figure], of(b, session)?.[figure]];
        return first === undefined || second === undefined ? null : first / second;
      },
    );
  const floorRatio = worst(
    (values) => Math.min(...values),
    (session) => {
      const floors = (['dump-to-nowhere', 'dump-to-zstd', 'plain-upload'] as const).flatMap((name) => of(name, session)?.seconds ?? []);
      const backup = of('backup-1', session)?.seconds;
      return backup === undefined || floors.length < 3 ? null : Math.max(...floors) / backup;
    },
  );
  const noOp = of('no-op-runs');
  const systemNames: readonly MeasurementName[] = ['backup-1', 'verify', 'replicate', 'backup-3', 'restore', 'all-at-once'];
  const peaks = results
    .filter(({ name }) => systemNames.includes(name))
    .flatMap(({ repetitions }) => repetitions.flatMap((made) => made.peakRssBytes ?? []));
  const cpu = noOp && ((noOp.cpuSeconds ?? 0) + (noOp.serverCpuSeconds ?? 0)) * 1000;
  return [
    atMost('time of three regions ÷ one, stores that cost nothing', ratio('fan-out-3', 'fan-out-1'), 1.3),
    // On a machine that others use as well, CPU says more than time.
    atMost('CPU of three regions ÷ one, stores that cost nothing', ratio('fan-out-3', 'fan-out-1', 'cpuSeconds'), 1.3),
    atMost('time of three regions ÷ one, three servers on this machine', ratio('backup-3', 'backup-1'), 1.3),
    atLeast('rate of one region ÷ slowest floor', floorRatio, 0.8),
    atMost("worker's peak memory, MiB", peaks.length === 0 ? null : Math.max(...peaks) / mebibyte, 512),
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
