import { collectDefaultMetrics, Registry } from 'prom-client';
import { createRunMetrics, type RunMetrics } from './run-metrics.ts';
import { createStateMetrics, type StateMetrics } from './state-metrics.ts';
import { createStoreMetrics, type StoreMetrics } from './store-metrics.ts';

export interface Metrics extends RunMetrics, StoreMetrics, StateMetrics {
  /** Everything in the text format of Prometheus. */
  text(): Promise<string>;
  /** The content type of `text`. */
  readonly contentType: string;
}

/** The metrics of one process, in a registry of their own. `processMetrics` adds memory, CPU and event loop; at most one registry may have it. */
export function createMetrics({ processMetrics = false }: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  return {
    ...createRunMetrics(registry),
    ...createStoreMetrics(registry),
    ...createStateMetrics(registry),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
