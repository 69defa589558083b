import type { Check } from './check.ts';

/** A policy demands no more than the regions of this file can give. */
export const checkCopies: Check = ({ regions, policies }, { isRegionAllowed }, problems) => {
  for (const policy of policies.valid) {
    const { copies, synchronousMinimum } = policy.placement;
    const path = ['policies', policy.id, 'placement'];
    if (synchronousMinimum > copies) {
      problems.add([...path, 'synchronousMinimum'], `cannot be more than copies, which is ${copies}`);
    }
    // A region that could not be read may be the one that is missing.
    if (regions.valid.length < regions.names.length) continue;
    const allowed = regions.valid.filter((region) => isRegionAllowed(policy, region).allowed).map((region) => region.id);
    if (copies > allowed.length) {
      const found = allowed.length === 0 ? 'no region is allowed' : `only ${allowed.length} allowed: ${allowed.join(', ')}`;
      problems.add(
        [...path, 'copies'],
        `${copies} copies are demanded, ${found}`,
        'Add a region, allow another jurisdiction, or demand fewer copies.',
      );
    }
  }
};
