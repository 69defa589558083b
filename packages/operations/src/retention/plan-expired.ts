import type { CopyState, InstanceId, Reason, RegionId } from '@cbcr/domain';
import { judgeBulk } from '@cbcr/policy';
import type { RequestDependencies } from '../requests/request-dependencies.ts';
import { type PlannedDeletion, planDeletions, type UnwantedCopy } from './plan-deletions.ts';
import { readDeletionSituation } from './read-deletion-facts.ts';

/** States in which a copy whose rules let it go can be marked. */
const markable: readonly CopyState[] = ['stored', 'verified', 'failed', 'blocked', 'planned'];

export interface ExpiryOfInstance {
  planned: PlannedDeletion[];
  /** Why nothing was planned although copies have expired; empty otherwise. */
  stopped: Reason[];
}

/**
 * Marks the copies of one instance that have expired by the rules, as far as the deletion gate allows it. More than a share of the instance or of a region at
 * once stops all of it until a person confirms it; what expired of a region within the last hour counts as at once.
 */
export async function planExpired(
  deps: RequestDependencies,
  instance: InstanceId,
  { requestedBy, dryRun }: { requestedBy: string; dryRun: boolean },
): Promise<ExpiryOfInstance> {
  const { catalog } = deps;
  const situation = await readDeletionSituation(deps, instance, []);
  if (situation.clockDoubt !== null) return { planned: [], stopped: [situation.clockDoubt] };
  const points = situation.holding.points.filter(({ state }) => state === 'complete');
  const due: UnwantedCopy[] = points.flatMap(({ id, copies }) =>
    copies
      .filter(({ region, state }) => markable.includes(state) && situation.retention(id, region)?.verdict === 'expire')
      .map(({ region }) => ({ instance, point: id, region })),
  );
  if (due.length === 0) return { planned: [], stopped: [] };

  const share = situation.margins.bulkShare;
  const regions = [...new Set(due.map(({ region }) => region))];
  const confirmed = await catalog.deletionConfirmations.confirmed([`instance:${instance}`, ...regions.map((region) => `region:${region}`)]);
  const tallies = await catalog.deletions.tally(regions);
  const ofInstance = judgeBulk({
    scope: `instance ${instance}`,
    due: new Set(due.map(({ point }) => point)).size,
    total: points.length,
    ordinary: 1,
    share,
  });
  const ofRegion = (region: RegionId) => {
    const { copies = 0, lately = 0, instances = 0 } = tallies.get(region) ?? {};
    const here = due.filter((copy) => copy.region === region).length;
    return judgeBulk({ scope: `region ${region}`, due: here + lately, total: copies, ordinary: instances + 1, share });
  };
  const stopped = [
    confirmed.has(`instance:${instance}`) ? null : ofInstance,
    ...regions.map((region) => (confirmed.has(`region:${region}`) ? null : ofRegion(region))),
  ].filter((reason) => reason !== null);
  const wish = { purpose: 'retention' as const, wholePoint: false, request: null, requestedBy };
  const planned = await planDeletions(deps, due, { ...wish, dryRun: dryRun || stopped.length > 0, bulk: stopped[0] ?? null });
  return { planned, stopped };
}
