import { suggest } from '../../did-you-mean.ts';
import type { Check } from './check.ts';

/** Everything that is named exists. */
export const checkReferences: Check = ({ regions, policies, instances }, { engines }, problems) => {
  for (const { id, placement } of policies.valid) {
    for (const [index, region] of placement.prefer.entries()) {
      if (regions.names.includes(region)) continue;
      problems.add(['policies', id, 'placement', 'prefer', index], `unknown region ${region}`, suggest(region, regions.names));
    }
  }
  for (const { id, engine, home, policy } of instances.valid) {
    const known = [
      { key: 'engine', name: engine, names: Object.keys(engines) },
      { key: 'home', name: home, names: regions.names, noun: 'region' },
      { key: 'policy', name: policy, names: policies.names },
    ];
    for (const { key, name, names, noun = key } of known) {
      if (!names.includes(name)) problems.add(['instances', id, key], `unknown ${noun} ${name}`, suggest(name, names));
    }
  }
};
