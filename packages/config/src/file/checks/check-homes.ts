import type { Check } from './check.ts';

/** An instance lives where its policy allows its data; otherwise its primary copy could never exist. */
export const checkHomes: Check = ({ regions, policies, instances }, { isRegionAllowed }, problems) => {
  for (const instance of instances.valid) {
    const policy = policies.valid.find((candidate) => candidate.id === instance.policy);
    const home = regions.valid.find((candidate) => candidate.id === instance.home);
    const permission = policy && home && isRegionAllowed(policy, home);
    if (permission && !permission.allowed)
      problems.add(['instances', instance.id, 'home'], `its policy forbids this home: ${permission.reason.text}`);
  }
};
