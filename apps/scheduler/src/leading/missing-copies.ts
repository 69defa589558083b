import type { InstanceId, RegionId } from '@cbcr/domain';
import { findMissingCopies, lackingPlaces } from '@cbcr/policy';
import { createInstanceReader } from '../read-instance.ts';
import type { RepairDependencies } from './repair.ts';

/** So many copies a region owes at a time before those of older points are planned as well: every round reads what is owed. */
const mostOwedAtOnce = 1000;
const instancesAtOnce = 25;
/** Repairs wait for a look at older points. */
const lookMs = 5_000;

/** What was in force when an instance lacked nothing. */
interface Served {
  placed: string;
  version: number;
}

/**
 * Plans copies that are demanded now and were never planned: policies, regions and instances may have changed since the capture. The newest point of every
 * instance comes first, whatever else is owed. Older points follow once for each change of the rules (and once for each start of a scheduler), for some seconds
 * at each call, beginning with instances of which other regions are demanded. A region that owes much already waits, and keeps no other waiting.
 */
export function createMissingCopies(deps: Omit<RepairDependencies, 'logger'>, { mostOwed = mostOwedAtOnce } = {}): () => Promise<void> {
  const { catalog, clock } = deps;
  const served = new Map<InstanceId, Served>();
  /** Other regions are demanded of these. Those that could not be served go to the end. */
  const changed = new Set<InstanceId>();

  return async () => {
    const endMs = clock.monotonicMs() + lookMs;
    const readInstance = createInstanceReader(deps);
    const { version, rulebook } = await catalog.rulebook.current();
    const others: InstanceId[] = [];
    for (const { id } of await catalog.instances.list()) {
      const { placed } = (await readInstance(id)).placement;
      const [newest] = await catalog.points.list({ instance: id, state: 'complete', limit: 1 });
      const missing = newest === undefined ? [] : lackingPlaces(placed, newest.copies);
      if (newest !== undefined) await catalog.copies.plan(newest.id, missing);
      const before = served.get(id);
      if (missing.length > 0 || (before !== undefined && before.placed !== namesOf(placed))) changed.add(id);
      else if (before?.version !== version && !changed.has(id)) others.push(id);
    }
    const behind = [...changed, ...others];
    if (behind.length === 0) return;

    const now = clock.now();
    const [owed, earlier, holds] = await Promise.all([
      catalog.copies.countDebts(),
      catalog.retention.coolingVersions(now),
      catalog.holds.active(new Date(now.getTime() - rulebook.retention.releaseGrace.ms)),
    ]);
    const room = new Map<RegionId, number>();
    const roomIn = (region: RegionId) => room.get(region) ?? mostOwed - (owed.get(region) ?? 0);
    for (let begin = 0; begin < behind.length && (begin === 0 || clock.monotonicMs() < endMs); begin += instancesAtOnce) {
      for (const { instance: id, points } of await catalog.holdings.list(behind.slice(begin, begin + instancesAtOnce))) {
        const { instance, placement } = await readInstance(id);
        let isServed = true;
        for (const { point, places } of findMissingCopies({ rulebook, earlier, instance, points, holds, now, placed: placement.placed })) {
          const fitting = places.filter(({ region }) => roomIn(region) > 0);
          if (fitting.length < places.length) isServed = false;
          if (fitting.length === 0) continue;
          await catalog.copies.plan(point, fitting);
          for (const { region } of fitting) room.set(region, roomIn(region) - 1);
        }
        const wasChanged = changed.delete(id);
        if (isServed) served.set(id, { placed: namesOf(placement.placed), version });
        else if (wasChanged) changed.add(id);
      }
    }
  };
}

const namesOf = (placed: readonly { region: string }[]): string => placed.map(({ region }) => region).join();
