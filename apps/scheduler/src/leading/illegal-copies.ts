import type { Catalog } from '@cbcr/catalog';
import type { Clock, Holding, InstanceId, RecoveryPointId, RegionId } from '@cbcr/domain';
import type { TransferTuning } from '@cbcr/operations';
import type { Logger } from '@cbcr/telemetry';
import { createInstanceReader } from '../read-instance.ts';
import type { Turns } from './turns.ts';

export interface IllegalCopiesDependencies {
  catalog: Catalog;
  clock: Clock;
  tuning: TransferTuning;
  logger: Logger;
}

/** A copy where the data may not be, and what takes its place. */
interface IllegalCopy {
  instance: InstanceId;
  point: RecoveryPointId;
  region: RegionId;
}

export interface IllegalCopies {
  /** Every copy where none may be that is not marked yet. Reports a new one, and plans what is demanded in its stead. */
  find(): Promise<IllegalCopy[]>;
}

/** Residency exceptions end by themselves. */
const lookAgainMs = 60_000;
const instancesAtOnce = 50;
const actor = 'reconciler';

/**
 * Looks for copies that became illegal: at every instance when the rules changed and once a minute, at what its copies are only where the regions in
 * which nothing may be are others than before, and at those that still have such copies.
 */
export function createIllegalCopies(deps: IllegalCopiesDependencies, turns: Turns): IllegalCopies {
  const { catalog, clock, logger } = deps;
  /** Of an instance without illegal copies: the regions that were forbidden then. */
  const clean = new Map<InstanceId, string>();
  const told = new Set<string>();
  let version = -1;
  let lookAtMs = Number.NEGATIVE_INFINITY;
  const pending = new Set<InstanceId>();

  async function look(instances: readonly InstanceId[]): Promise<IllegalCopy[]> {
    const readInstance = createInstanceReader(deps);
    const forbidden = new Map<InstanceId, readonly RegionId[]>();
    for (const id of instances)
      await turns.take({ instance: id }, async () => {
        const { placement } = await readInstance(id);
        const regions = placement.excluded.filter(({ legal }) => !legal).map(({ region }) => region);
        if (clean.get(id) !== regions.join()) forbidden.set(id, regions);
      });
    const found: IllegalCopy[] = [];
    for (const { instance, points } of await catalog.holdings.list([...forbidden.keys()]))
      await turns.take({ instance }, () => lookAt(instance, points));
    return found;

    async function lookAt(instance: InstanceId, points: Holding['points']): Promise<void> {
      const regions = forbidden.get(instance) ?? [];
      const { placement } = await readInstance(instance);
      const before = found.length;
      let isLeft = false;
      for (const point of points) {
        const illegal = point.copies.filter(({ region, state }) => regions.includes(region) && state !== 'deleted');
        if (illegal.length > 0) isLeft = true;
        if (illegal.length === 0 || point.state !== 'complete') continue;
        const missing = placement.placed.filter(({ region }) => !point.copies.some((copy) => copy.region === region));
        await catalog.copies.plan(point.id, missing);
        for (const { region, state } of illegal) {
          const reason = placement.excluded.find((one) => one.region === region)?.reason;
          await tell({ instance, point: point.id, region }, reason);
          if (state !== 'expiring') found.push({ instance, point: point.id, region });
        }
      }
      if (isLeft) pending.add(instance);
      else {
        pending.delete(instance);
        clean.set(instance, regions.join());
      }
      if (found.length > before) logger.info({ instance, copies: found.length - before }, 'copies are where none may be');
    }
  }

  /** Once: also the next scheduler finds that it was said. */
  async function tell({ instance, point, region }: IllegalCopy, reason: unknown): Promise<void> {
    const subject = `${point}/${region}`;
    if (told.has(subject)) return;
    const action = 'copy.became-illegal';
    const events = await catalog.audit.list({ subject, limit: 200 });
    if (!events.some((event) => event.action === action)) {
      await catalog.audit.append({ actor, action, subject, facts: { point, region, instance, reason } });
    }
    told.add(subject);
  }

  return {
    async find() {
      const current = await catalog.rulebook.current();
      const isDue = current.version !== version || clock.monotonicMs() >= lookAtMs;
      if (!isDue && pending.size === 0) return [];
      const all = isDue ? (await catalog.instances.list({ retired: true })).map(({ id }) => id) : [...pending];
      const found: IllegalCopy[] = [];
      for (let begin = 0; begin < all.length; begin += instancesAtOnce)
        found.push(...(await look(all.slice(begin, begin + instancesAtOnce))));
      if (isDue) {
        version = current.version;
        lookAtMs = clock.monotonicMs() + lookAgainMs;
      }
      return found;
    },
  };
}
