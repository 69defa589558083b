import { Counter, Histogram, type Registry } from 'prom-client';

export interface RunMetrics {
  /** A `RunEvent` of `@cbcr/jobs`. */
  observeRunEvent(event: { type: string; kind: string; region: string; durationMs: number }): void;
}

const secondsBuckets = [1, 5, 15, 60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600];

export function createRunMetrics(registry: Registry): RunMetrics {
  const started = new Counter({
    name: 'cbcr_runs_started_total',
    help: 'Attempts of runs that began.',
    labelNames: ['kind', 'region'],
    registers: [registry],
  });
  const ended = new Counter({
    name: 'cbcr_runs_ended_total',
    help: 'Attempts of runs that ended, by outcome; retries and waits are outcomes of an attempt.',
    labelNames: ['kind', 'region', 'outcome'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'cbcr_run_duration_seconds',
    help: 'How long attempts of runs took.',
    labelNames: ['kind', 'region', 'outcome'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  return {
    observeRunEvent({ type, kind, region, durationMs }) {
      if (type === 'started') {
        started.inc({ kind, region });
        return;
      }
      ended.inc({ kind, region, outcome: type });
      duration.observe({ kind, region, outcome: type }, durationMs / 1000);
    },
  };
}
