import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface StoreMetrics {
  /** A `StoreCall` of `@cbcr/blobstore`. */
  observeStoreCall(call: { region: string; operation: string; outcome: string; durationMs: number; sizeBytes: number }): void;
  /** A `StoreRetry` of `@cbcr/blobstore`. */
  observeStoreRetry(retry: { region: string; operation: string; code: string }): void;
  /** Whether bandwidth limits are kept without Redis. */
  setThrottleDegraded(degraded: boolean): void;
}

const secondsBuckets = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];

export function createStoreMetrics(registry: Registry): StoreMetrics {
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const stored = counter('cbcr_stored_bytes_total', 'Bytes stored in the region.', 'region');
  const read = counter('cbcr_read_bytes_total', 'Bytes read from the region.', 'region');
  const calls = counter('cbcr_store_operations_total', 'Calls to the store of the region, by outcome.', 'region', 'operation', 'outcome');
  const retries = counter('cbcr_store_retries_total', 'Calls that failed and were tried again.', 'region', 'operation', 'code');
  const duration = new Histogram({
    name: 'cbcr_store_operation_duration_seconds',
    help: 'How long calls to the store of the region took.',
    labelNames: ['region', 'operation'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  const degraded = new Gauge({
    name: 'cbcr_throttle_degraded',
    help: '1 while bandwidth limits are kept without Redis.',
    registers: [registry],
  });
  return {
    observeStoreCall({ region, operation, outcome, durationMs, sizeBytes }) {
      calls.inc({ region, operation, outcome });
      duration.observe({ region, operation }, durationMs / 1000);
      if (operation === 'put') stored.inc({ region }, sizeBytes);
      if (operation === 'get') read.inc({ region }, sizeBytes);
    },
    setThrottleDegraded: (isDegraded) => degraded.set(isDegraded ? 1 : 0),
    observeStoreRetry: ({ region, operation, code }) => retries.inc({ region, operation, code }),
  };
}
