import { isWhole } from '../build-config.ts';
import type { Config } from '../config.ts';
import { anybody } from './anybody.ts';
import type { Check } from './check.ts';

const zones = [
  ['data', 'data', 'copies'],
  ['keys', 'key', 'keys'],
  ['restore', 'restore', 'restores'],
] as const;

/** Of all that residency says about a class a region is left for each purpose: one that could be restored nowhere is a mistake. To rehearse nowhere is not. */
export const checkZones: Check = ({ sections, config, vocabulary: { decisions, now }, problems }) => {
  if (!isWhole(sections)) return;
  // The status of a region passes, and so does an exception.
  const regions = config.regions.map((region) => ({ ...region, status: 'active' as const }));
  const faulty = new Set(config.residency.filter(({ id }) => problems.hasBelow(['residency', id])));
  const rulebook: Config = { ...config, regions, policies: [], exceptions: [] };
  for (const dataClass of new Set(config.residency.flatMap(({ dataClasses }) => dataClasses))) {
    const policies = config.residency.filter(({ dataClasses }) => dataClasses.includes(dataClass));
    const speakers = policies.map(({ id }) => id).join(' and ');
    for (const [field, purpose, what] of zones) {
      const speaker = policies.findLast((policy) => policy[field] !== undefined);
      // As the data; or of a place that is unknown.
      if (speaker === undefined || policies.some((policy) => faulty.has(policy))) continue;
      const isLeft = regions.some(({ id: region }) => {
        const instance = { ...anybody, dataClass, home: region };
        const { policy } = decisions.resolvePolicy(rulebook, instance);
        return decisions.mayUse({ rulebook, instance, policy, region, purpose, now: now() }).allowed;
      });
      if (isLeft) continue;
      problems.add(
        ['residency', speaker.id, field],
        `${policies.length === 1 ? 'it' : `${speakers} together`} leaves no region for ${what} of ${dataClass}`,
        'Allow a place that one of the regions lies in, or forbid less.',
      );
    }
  }
};
