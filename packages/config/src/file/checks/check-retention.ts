import { isWhole } from '../build-config.ts';
import type { Check } from './check.ts';

/** Rules of retention that contradict each other, or that nothing obeys. */
export const checkRetention: Check = ({ sections, config, vocabulary, problems, notes }) => {
  const { retentionRules, instances } = sections;
  // A rule, a region or a policy that could not be read may be the very one that decides.
  if (!isWhole(sections) || retentionRules.valid.length < retentionRules.names.length) return;
  const isWholeFleet = instances.valid.length === instances.names.length;
  for (const { path, message, hint, isNote } of vocabulary.checkRetention(config, config.instances)) {
    if (!isNote) problems.add(path, message, hint);
    else if (isWholeFleet) notes.add(path, message, hint);
  }
};
