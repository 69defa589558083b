import type { InstanceId } from '@cbcr/domain';
import { findMissingCopies, lackingPlaces } from '@cbcr/policy';
import { createInstanceReader } from '../read-instance.ts';
import type { RepairDependencies } from './repair.ts';

/** So many copies are owed at a time before those of older points are planned as well: every round reads what is owed. */
const mostOwedAtOnce = 1000;
/** A look at all points of an instance is long for some, and repairs wait for it. */
const instancesAtOnce = 25;

/**
 * Plans copies that are demanded now and were never planned: policies, regions and instances may have changed since the capture. The newest point of every
 * instance comes first, whatever else is owed. Older points follow once for each change of what is demanded (and once for each start of a scheduler), those of
 * a few instances at each call, beginning with those whose newest point lacked something.
 */
export function createMissingCopies(deps: Omit<RepairDependencies, 'logger'>, { mostOwed = mostOwedAtOnce } = {}): () => Promise<void> {
  const { catalog } = deps;
  /** Of an instance whose points lack no copy: the regions where copies belonged then. */
  const served = new Map<InstanceId, string>();
  /** What is demanded of these has changed: they come before those of which nothing is known. */
  const changed = new Set<InstanceId>();

  return async () => {
    const readInstance = createInstanceReader(deps);
    const unknown: InstanceId[] = [];
    for (const { id } of await catalog.instances.list()) {
      const { placed } = (await readInstance(id)).placement;
      const [newest] = await catalog.points.list({ instance: id, state: 'complete', limit: 1 });
      const missing = newest === undefined ? [] : lackingPlaces(placed, newest.copies);
      if (newest !== undefined) await catalog.copies.plan(newest.id, missing);
      const before = served.get(id);
      if (before === namesOf(placed)) continue;
      if (missing.length > 0 || before !== undefined) changed.add(id);
      else if (!changed.has(id)) unknown.push(id);
    }
    const behind = [...changed, ...unknown].slice(0, instancesAtOnce);
    const [first] = behind;
    if (first === undefined) return;

    let room = mostOwed - (await catalog.copies.debts({ limit: mostOwed })).length;
    const { now, rulebook } = await readInstance(first);
    const [earlier, holds, holdings] = await Promise.all([
      catalog.retention.coolingVersions(now),
      catalog.holds.active(new Date(now.getTime() - rulebook.retention.releaseGrace.ms)),
      catalog.holdings.list(behind),
    ]);
    for (const { instance: id, points } of holdings) {
      const { instance, placement } = await readInstance(id);
      for (const { point, places } of findMissingCopies({ rulebook, earlier, instance, points, holds, now, placed: placement.placed })) {
        if (room <= 0) return;
        await catalog.copies.plan(point, places);
        room -= places.length;
      }
      served.set(id, namesOf(placement.placed));
      changed.delete(id);
    }
  };
}

const namesOf = (placed: readonly { region: string }[]): string => placed.map(({ region }) => region).join();
