import { type Clock, queueNameOf } from '@cbcr/domain';
import { type JobKindName, jobKinds } from '@cbcr/jobs';
import type { Metrics } from '@cbcr/telemetry';
import type { ApiDependencies } from './http/routes/route.ts';
import { createInstanceReader, readInstanceFacts } from './read-instance.ts';
import { describeInstanceInDetail } from './views/instance-view.ts';

/** Computing the state of the whole reads every instance: not more often than this, however often somebody scrapes. */
const freshForMs = 15_000;

/** Gives the metrics text, with the state of the whole computed now or a moment ago. What cannot be computed keeps its last value. */
export function createMetricsPage(
  metrics: Metrics,
  deps: Pick<ApiDependencies, 'catalog' | 'queues' | 'clock' | 'tuning' | 'health'> & { clock: Clock },
): () => Promise<string> {
  let collectedAtMs = Number.NEGATIVE_INFINITY;
  let collecting: Promise<unknown> | null = null;
  return async () => {
    if (deps.clock.monotonicMs() - collectedAtMs >= freshForMs) {
      collecting ??= Promise.allSettled([
        collectRegions(metrics, deps),
        collectQueues(metrics, deps),
        collectInstances(metrics, deps),
      ]).finally(() => {
        collectedAtMs = deps.clock.monotonicMs();
        collecting = null;
      });
      await collecting;
    }
    return metrics.text();
  };
}

type Deps = Parameters<typeof createMetricsPage>[1];

async function collectRegions(metrics: Metrics, { catalog, health }: Deps): Promise<void> {
  const states = await health.read(await catalog.regions.list());
  metrics.setRegions([...states].map(([region, { state }]) => ({ region, up: state === 'up' })));
}

async function collectQueues(metrics: Metrics, { catalog, queues }: Deps): Promise<void> {
  const regions = await catalog.regions.list();
  const kinds = Object.keys(jobKinds) as JobKindName[];
  const depths = regions.flatMap(({ id }) =>
    kinds.map(async (kind) => {
      const counts = Object.entries(await queues.counts(kind, id));
      return counts.map(([state, jobs]) => ({ queue: queueNameOf(kind, id), state, jobs }));
    }),
  );
  metrics.setQueueDepths((await Promise.all(depths)).flat());
}

async function collectInstances(metrics: Metrics, deps: Deps): Promise<void> {
  const { catalog } = deps;
  const read = createInstanceReader(deps);
  const owed = new Map<string, number>();
  let safe = 0;
  let unsafe = 0;
  for (const { id } of await catalog.instances.list()) {
    const view = describeInstanceInDetail(await readInstanceFacts(deps, id, read));
    if (view.protected) safe += 1;
    else unsafe += 1;
    for (const { region } of view.debtList) owed.set(region, (owed.get(region) ?? 0) + 1);
  }
  metrics.setInstances({ protected: safe, unprotected: unsafe });
  metrics.setDebts([...owed].map(([region, copies]) => ({ region, copies })));
}
