import { isWhole } from '../build-config.ts';
import type { Check } from './check.ts';

/** Every instance has a policy, and every selector has an instance. */
export const checkCoverage: Check = ({ sections, config, vocabulary: { decisions }, problems, notes }) => {
  const used = new Set<string>();
  for (const instance of config.instances) {
    const { applying } = decisions.resolvePolicy(config, instance);
    for (const { policy } of applying) used.add(policy);
    // The one that is missing may be one that could not be read.
    if (applying.length > 0 || instance.policy !== undefined || !isWhole(sections)) continue;
    problems.addToKey(
      ['instances', instance.id],
      'no policy applies to it',
      'Name one with policy:, or give a policy a selector that matches it.',
    );
  }
  if (sections.instances.valid.length < sections.instances.names.length) return;
  for (const { id, select } of config.policies) {
    if (select === undefined || used.has(id)) continue;
    notes.add(
      ['policies', id, 'select'],
      'matches no instance of this file',
      'That is right when its instances are registered by command; otherwise correct the selector.',
    );
  }
};
