import type { InstanceId } from '@cbcr/domain';
import { type DecisionFacts, readDecisionFacts } from '@cbcr/operations';
import type { ApiDependencies } from './http/routes/route.ts';

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
