import { isWhole } from '../build-config.ts';
import { anybody } from './anybody.ts';
import type { Check } from './check.ts';

/** A preference says where secondaries go: each region once, never the primary, and only where the policy allows data. */
export const checkPreferences: Check = ({ sections, config, vocabulary: { decisions, now }, problems }) => {
  for (const policy of config.policies) {
    const prefer = policy.placement.prefer ?? [];
    for (const [index, name] of prefer.entries()) {
      const path = ['policies', policy.id, 'placement', 'prefer', index];
      if (prefer.indexOf(name) < index) problems.add(path, `${name} is named twice`, 'Take one of them out of the list.');
      const residents = config.instances.filter((instance) => instance.policy === policy.id);
      const resident = residents.every(({ home }) => home === name) ? residents[0] : undefined;
      if (resident) {
        const text = `${name} is the home region of ${resident.id}, which holds its primary copy already`;
        problems.add(path, text, 'Take it out of the list: preferences say where secondaries go.');
      }
      if (!isWhole(sections)) continue;
      // Somebody who names this policy alone and has no data class: what this policy by itself allows. A region that is draining may be active again.
      const instance = { ...anybody, policy: policy.id, home: name };
      const regions = config.regions.map((region) => ({ ...region, status: 'active' as const }));
      const alone = { ...config, regions, policies: [policy], residency: [] };
      const permission = decisions.mayUse({
        rulebook: alone,
        instance,
        policy: decisions.resolvePolicy(alone, instance).policy,
        region: name,
        purpose: 'data',
        now: now(),
      });
      if (!permission.allowed && sections.regions.names.includes(name)) {
        problems.add(path, `data may not lie there: ${permission.reason.text}`, 'Take it out of the list, or allow it.');
      }
    }
  }
};
