import type { InstanceId } from '@cbcr/domain';
import { createInstanceReader } from '../read-instance.ts';
import type { RepairDependencies } from './repair.ts';

/** So many copies are owed at a time before those of older points are planned as well: every round reads what is owed. */
const mostOwedAtOnce = 1000;
const instancesAtOnce = 25;

/**
 * Plans copies that are demanded now and were never planned: policies, regions and instances may have changed since the capture. The newest point of every
 * instance comes first, whatever else is owed. Older points follow once for each change of what is demanded, a few at a time.
 */
export function createMissingCopies(deps: Omit<RepairDependencies, 'logger'>, { mostOwed = mostOwedAtOnce } = {}): () => Promise<void> {
  const { catalog } = deps;
  /** Of an instance whose points lack no copy: the regions where copies belonged then. */
  const served = new Map<InstanceId, string>();

  return async () => {
    const readInstance = createInstanceReader(deps);
    const behind: InstanceId[] = [];
    const demandedIn = async (id: InstanceId) => (await readInstance(id)).placement.placed;
    for (const { id } of await catalog.instances.list()) {
      const placed = await demandedIn(id);
      if (served.get(id) !== namesOf(placed)) behind.push(id);
      const [newest] = await catalog.points.list({ instance: id, state: 'complete', limit: 1 });
      if (newest !== undefined) await catalog.copies.plan(newest.id, lacking(placed, newest));
    }
    if (behind.length === 0) return;

    let room = mostOwed - (await catalog.copies.debts({ limit: mostOwed })).length;
    for (let begin = 0; begin < behind.length; begin += instancesAtOnce) {
      for (const { instance, points } of await catalog.holdings.list(behind.slice(begin, begin + instancesAtOnce))) {
        const placed = await demandedIn(instance);
        for (const point of points) {
          const missing = point.state === 'complete' ? lacking(placed, point) : [];
          if (missing.length === 0) continue;
          if (room <= 0) return;
          await catalog.copies.plan(point.id, missing);
          room -= missing.length;
        }
        served.set(instance, namesOf(placed));
      }
    }
  };
}

const namesOf = (placed: readonly { region: string }[]): string => placed.map(({ region }) => region).join();

/** A copy that was removed is there, as one that is deleted, and is not made again. */
const lacking = <Place extends { region: string }>(
  placed: readonly Place[],
  { copies }: { copies: readonly { region: string }[] },
): Place[] => placed.filter(({ region }) => !copies.some((copy) => copy.region === region));
