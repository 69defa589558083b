import { expect, test } from 'vitest';
import { createMetrics } from './create-metrics.ts';

const linesOf = async (metrics: ReturnType<typeof createMetrics>) => (await metrics.text()).split('\n');

test('runs are counted by kind, region and outcome, with their durations', async () => {
  const metrics = createMetrics();
  const run = { kind: 'backup', region: 'berlin' };
  metrics.observeRunEvent({ ...run, type: 'started', durationMs: 0 });
  metrics.observeRunEvent({ ...run, type: 'succeeded', durationMs: 4_000 });
  metrics.observeRunEvent({ ...run, type: 'failed', durationMs: 90_000 });
  expect(await linesOf(metrics)).toEqual(
    expect.arrayContaining([
      'cbcr_runs_started_total{kind="backup",region="berlin"} 1',
      'cbcr_runs_ended_total{kind="backup",region="berlin",outcome="succeeded"} 1',
      'cbcr_runs_ended_total{kind="backup",region="berlin",outcome="failed"} 1',
      'cbcr_run_duration_seconds_bucket{le="5",kind="backup",region="berlin",outcome="succeeded"} 1',
      'cbcr_run_duration_seconds_sum{kind="backup",region="berlin",outcome="failed"} 90',
    ]),
  );
});

test('bytes are counted where they were stored and read, calls by outcome, retries by cause', async () => {
  const metrics = createMetrics();
  const call = { region: 'berlin', outcome: 'ok', durationMs: 30 };
  metrics.observeStoreCall({ ...call, operation: 'put', sizeBytes: 100 });
  metrics.observeStoreCall({ ...call, operation: 'put', outcome: 'store.unreachable', sizeBytes: 0 });
  metrics.observeStoreCall({ ...call, operation: 'get', sizeBytes: 40 });
  metrics.observeStoreRetry({ region: 'berlin', operation: 'put', code: 'store.unreachable' });
  expect(await linesOf(metrics)).toEqual(
    expect.arrayContaining([
      'cbcr_stored_bytes_total{region="berlin"} 100',
      'cbcr_read_bytes_total{region="berlin"} 40',
      'cbcr_store_operations_total{region="berlin",operation="put",outcome="ok"} 1',
      'cbcr_store_operations_total{region="berlin",operation="put",outcome="store.unreachable"} 1',
      'cbcr_store_retries_total{region="berlin",operation="put",code="store.unreachable"} 1',
      'cbcr_store_operation_duration_seconds_count{region="berlin",operation="put"} 2',
    ]),
  );
});

test('the state of the whole is replaced, so that what is gone is not shown for ever', async () => {
  const metrics = createMetrics();
  metrics.setDebts([{ region: 'berlin', copies: 3 }]);
  metrics.setDebts([{ region: 'dublin', copies: 1 }]);
  metrics.setInstances({ protected: 5, unprotected: 2 });
  metrics.setQueueDepths([{ queue: 'backup.berlin', state: 'waiting', jobs: 4 }]);
  metrics.setRegions([{ region: 'berlin', up: false }]);
  const lines = await linesOf(metrics);
  expect(lines).toEqual(
    expect.arrayContaining([
      'cbcr_debts{region="dublin"} 1',
      'cbcr_instances{state="protected"} 5',
      'cbcr_instances{state="unprotected"} 2',
      'cbcr_queue_depth{queue="backup.berlin",state="waiting"} 4',
      'cbcr_region_up{region="berlin"} 0',
    ]),
  );
  expect(lines).not.toContain('cbcr_debts{region="berlin"} 3');
});

test('two registries do not share anything; process metrics are there on request', async () => {
  const one = createMetrics({ processMetrics: true });
  const other = createMetrics();
  one.setInstances({ protected: 1, unprotected: 0 });
  expect(await one.text()).toContain('process_resident_memory_bytes');
  expect(await other.text()).not.toMatch(/process_|state="protected"/);
  expect(other.contentType).toContain('text/plain');
});
