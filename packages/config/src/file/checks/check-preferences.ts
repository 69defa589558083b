import type { Check } from './check.ts';

/** A preference says where secondaries go: each region once, never the primary, and only where the policy allows data. */
export const checkPreferences: Check = ({ regions, policies, instances }, { isRegionAllowed }, problems) => {
  for (const policy of policies.valid) {
    const { prefer } = policy.placement;
    for (const [index, name] of prefer.entries()) {
      const path = ['policies', policy.id, 'placement', 'prefer', index];
      if (prefer.indexOf(name) < index) problems.add(path, `${name} is named twice`);
      const resident = instances.valid.find((instance) => instance.policy === policy.id && instance.home === name);
      if (resident) problems.add(path, `${name} is the home region of ${resident.id}, which holds its primary copy already`);
      const region = regions.valid.find((candidate) => candidate.id === name);
      const permission = region && isRegionAllowed(policy, region);
      if (permission && !permission.allowed) problems.add(path, `data may not lie there: ${permission.reason.text}`);
    }
  }
};
