import { Gauge, type Registry } from 'prom-client';

/** The state of the whole, as the scheduler computes it. Each call replaces what was said before. */
export interface StateMetrics {
  setDebts(debts: readonly { region: string; copies: number }[]): void;
  setInstances(instances: { protected: number; unprotected: number }): void;
  /** `jobs` in `state` (waiting, active, delayed, …) of a queue. */
  setQueueDepths(depths: readonly { queue: string; state: string; jobs: number }[]): void;
  setRegions(regions: readonly { region: string; up: boolean }[]): void;
}

export function createStateMetrics(registry: Registry): StateMetrics {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const debts = gauge('cbcr_debts', 'Copies that policies demand and that are not verified.', 'region');
  const instances = gauge('cbcr_instances', 'Instances, by whether they are protected now.', 'state');
  const queues = gauge('cbcr_queue_depth', 'Jobs in the queue, by state.', 'queue', 'state');
  const regions = gauge('cbcr_region_up', '1 while the region is up, 0 otherwise.', 'region');
  return {
    setDebts(now) {
      debts.reset();
      for (const { region, copies } of now) debts.set({ region }, copies);
    },
    setInstances(now) {
      instances.set({ state: 'protected' }, now.protected);
      instances.set({ state: 'unprotected' }, now.unprotected);
    },
    setQueueDepths(now) {
      queues.reset();
      for (const { queue, state, jobs } of now) queues.set({ queue, state }, jobs);
    },
    setRegions(now) {
      regions.reset();
      for (const { region, up } of now) regions.set({ region }, up ? 1 : 0);
    },
  };
}
