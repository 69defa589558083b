import type { Policy, RulebookPolicy } from '@cbcr/domain';
import type { Path } from '../../problem.ts';
import { isWhole } from '../build-config.ts';
import type { Config } from '../config.ts';
import type { Check } from './check.ts';
import { place } from './place.ts';

const hint =
  'Say how long (lock: for), or give the retention there a keepFor, a window or a minimum: what is kept by number (last, gfs) may go with the next point.';

/** Every lock that is demanded has a length, of its own or by the rules of retention: one without would lock nothing. */
export const checkLocks: Check = ({ sections, config, vocabulary, problems }) => {
  const { retentionRules } = sections;
  // A rule, a region or a policy that could not be read may be the very one that says how long.
  if (!isWhole(sections) || retentionRules.valid.length < retentionRules.names.length) return;
  const used = new Set<string>();
  for (const instance of config.instances) {
    const { policy, applying } = vocabulary.decisions.resolvePolicy(config, instance);
    for (const one of applying) used.add(one.policy);
    if (policy.lock === undefined || !config.regions.some(({ id }) => id === instance.home)) continue;
    const unbounded = vocabulary.decisions.findUnboundedLocks(config, instance, place(config, instance, policy, vocabulary));
    if (unbounded.length === 0) continue;
    problems.add(
      pathOf(policy, ['instances', instance.id]),
      `${instance.id}: nothing says how long its copies in ${unbounded.join(', ')} are locked`,
      hint,
    );
  }
  if (saysAnyLength(config)) return;
  for (const { id, lock } of config.policies) {
    if (lock !== undefined && !used.has(id))
      problems.add(['policies', id, 'lock'], 'nothing in this file says how long copies are locked', hint);
  }
};

/** Where the demand stands. */
function pathOf({ origins }: Policy & { origins?: Readonly<Record<string, string>> }, otherwise: Path): Path {
  const origin = origins?.['lock'];
  return origin === undefined || origin === 'default' ? otherwise : ['policies', origin, 'lock'];
}

/** For policies that no instance of the file has: which others will apply with them, and which rules, a file cannot know. */
const saysAnyLength = ({ policies, retention }: Config): boolean =>
  policies.some((policy) => saysLength(policy)) ||
  retention.rules.some(({ keep, minimum }) => (keep?.for ?? keep?.window ?? minimum) !== undefined);

const saysLength = ({ lock, retention }: RulebookPolicy): boolean =>
  (retention?.keepFor ?? retention?.minimum ?? lock?.for) !== undefined ||
  Object.values(lock?.regions ?? {}).some((terms) => terms.for !== undefined);
