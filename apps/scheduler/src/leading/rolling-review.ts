import type { InstanceId } from '@cbcr/domain';
import { planExpired } from '@cbcr/operations';
import type { IllegalCopiesDependencies } from './illegal-copies.ts';

/** So many instances are looked at in a round: 10,000 of them take half an hour. */
const instancesOfRound = 5;

/**
 * Looks at every instance in its turn and marks what has expired there. It needs nothing but the catalog as it is, so that it also finds what no event
 * announced.
 */
export function createRollingReview(deps: IllegalCopiesDependencies, requestedBy: string): () => Promise<void> {
  const { catalog, logger } = deps;
  let waiting: InstanceId[] = [];
  const stoppedBefore = new Map<InstanceId, string>();
  return async () => {
    if (waiting.length === 0) waiting = (await catalog.instances.list({ retired: true })).map(({ id }) => id);
    for (const instance of waiting.splice(0, instancesOfRound)) {
      const { planned, stopped } = await planExpired(deps, instance, { requestedBy, dryRun: false });
      const marked = planned.filter((one) => one.marked);
      if (marked.length > 0)
        logger.info({ instance, copies: marked.map(({ point, region }) => `${point}/${region}`) }, 'copies have expired');
      const said = stopped.map(({ text }) => text).join('; ');
      if (said !== (stoppedBefore.get(instance) ?? '')) {
        if (said !== '') logger.warn({ instance, reasons: stopped }, 'nothing of the instance expires until somebody confirms it');
        stoppedBefore.set(instance, said);
      }
    }
  };
}
