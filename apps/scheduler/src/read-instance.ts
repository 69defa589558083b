import type { InstanceId } from '@cbcr/domain';
import { type DecisionFacts, readDecisionFacts } from '@cbcr/operations';
import type { ApiDependencies } from './http/routes/route.ts';
import type { InstanceFacts } from './views/instance-view.ts';

/** Reads the facts of instances for one request or one round, each instance once. */
export function createInstanceReader(
  deps: Pick<ApiDependencies, 'catalog' | 'clock' | 'tuning'>,
): (id: InstanceId) => Promise<DecisionFacts> {
  const known = new Map<InstanceId, Promise<DecisionFacts>>();
  return (id) => {
    const reading = known.get(id) ?? readDecisionFacts(deps, id);
    known.set(id, reading);
    return reading;
  };
}

/** What the views of an instance are computed from. `read` is shared by the instances of one request. */
export async function readInstanceFacts(
  deps: Pick<ApiDependencies, 'catalog' | 'clock' | 'tuning'>,
  id: InstanceId,
  read = createInstanceReader(deps),
): Promise<InstanceFacts> {
  const [{ instance, placement, policy }, points] = await Promise.all([
    read(id),
    deps.catalog.points.list({ instance: id, state: 'complete', limit: 1 }),
  ]);
  const { placement: demanded, schedule } = policy;
  return {
    instance,
    placement,
    policy: policy.id,
    synchronousMinimum: demanded.synchronousMinimum,
    schedule,
    points,
    now: deps.clock.now(),
  };
}
