import type { InstanceId, RegionHealth, RegionId } from '@cbcr/domain';
import type { PlannedInstance, Situation } from '../situation/situation.ts';

/** A question of the form "what if", beside that of another rulebook. Everything that is given happens at once. */
export interface Supposition {
  /** Regions that are down: nothing can be read or written there, and nothing may move elsewhere than before. */
  down?: readonly RegionId[];
  /** Regions that cbcr.yaml no longer names. */
  removed?: readonly RegionId[];
  /** New homes of instances. */
  moved?: ReadonlyMap<InstanceId, RegionId>;
}

/** The situation as it would be. The rulebook is another object; the given one stays as it is. */
export function suppose(situation: Situation, { down = [], removed = [] }: Supposition): Situation {
  const { rulebook } = situation;
  const health = new Map<RegionId, RegionHealth>(situation.health);
  for (const region of down) health.set(region, { state: 'down', reason: 'it is supposed to be down', since: situation.now });
  return {
    ...situation,
    health,
    unlisted: [...(situation.unlisted ?? []), ...rulebook.regions.filter(({ id }) => removed.includes(id))],
    rulebook: { ...rulebook, regions: rulebook.regions.filter(({ id }) => !removed.includes(id)) },
  };
}

/** The instance as it would be. */
export const supposeInstance = (instance: PlannedInstance, { moved }: Supposition): PlannedInstance => {
  const home = moved?.get(instance.id);
  return home === undefined ? instance : { ...instance, home };
};
