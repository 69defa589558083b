import type { Instance, Placement, Policy, ProbedCapabilities, RegionCapabilities } from '@cbcr/domain';
import type { Config, ConfigVocabulary } from '../config.ts';

const able: Omit<ProbedCapabilities, 'probedAt'> = { objectLock: true, versioning: true, serverSideCopy: true, location: null };

/** Where copies would live. A store that nobody has tried is given the benefit of the doubt: a file cannot know what it is able to do. */
export function place(
  config: Config,
  instance: Omit<Instance, 'connection'>,
  policy: Policy,
  { decisions, now: clock, findCapabilities }: ConfigVocabulary,
): Placement {
  const now = clock();
  const capabilities: RegionCapabilities = new Map(
    config.regions.map((region) => [region.id, findCapabilities?.(region) ?? { ...able, probedAt: now }]),
  );
  return decisions.getStorageRegions({ rulebook: config, instance, policy, capabilities, now });
}
