import type { NewRun } from '@cbcr/catalog';
import type { RegionId, RunId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { deletionKey, pointsOfRun } from '../retention/deletion-run.ts';
import type { GarbageFound } from './search-garbage.ts';

/**
 * The runs that remove what a search has found and the gate has allowed, always the same for one search: each is started once, however often and by
 * whomever it is asked for. Each asks the gate again.
 */
export function planCollections(
  search: { id: RunId; region: RegionId },
  { garbage }: Pick<GarbageFound, 'garbage'>,
  requestedBy: string,
): NewRun[] {
  const { region } = search;
  const ripe = garbage.filter(({ denied }) => denied.length === 0);
  return [...Map.groupBy(ripe, ({ instance }) => instance)].flatMap(([instance, leftovers]) => {
    const runs: NewRun[] = [];
    for (let begin = 0; begin < leftovers.length; begin += pointsOfRun) {
      const points = leftovers.slice(begin, begin + pointsOfRun).map(({ point }) => point);
      const params = jobKinds.retention.params.parse({ instance, region, points, purpose: 'garbage' });
      const idempotencyKey = `garbage.${search.id}.${instance}.${begin / pointsOfRun}`;
      const keys = { idempotencyKey, dedupeKey: deletionKey(instance, region, 'garbage') };
      runs.push({ kind: jobKinds.retention.name, region, instance, params, requestedBy, ...keys });
    }
    return runs;
  });
}
