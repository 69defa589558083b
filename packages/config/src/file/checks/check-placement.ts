import type { Instance, Policy, PolicyId } from '@cbcr/domain';
import type { Path } from '../../problem.ts';
import { isWhole } from '../build-config.ts';
import type { Config, ConfigVocabulary } from '../config.ts';
import { anybody } from './anybody.ts';
import type { Check } from './check.ts';
import { place } from './place.ts';
import { createUnmetDemands, wayOutOf } from './unmet-demands.ts';

/** Which field of a policy demands what a rule found missing. */
const fieldOf: Readonly<Record<string, string>> = {
  'too-few-regions': 'placement.copies',
  'synchronous-minimum': 'placement.synchronousMinimum',
  'too-few-spares': 'placement.spares',
};

/** Every demand can be met: for each instance of the file, and for policies without one by some home at least. */
export const checkPlacement: Check = ({ sections, config, vocabulary, problems }) => {
  for (const { id, placement } of config.policies) {
    const { copies = 1, synchronousMinimum } = placement;
    if (synchronousMinimum !== undefined && synchronousMinimum > copies && placement.copies !== undefined) {
      problems.add(
        ['policies', id, 'placement', 'synchronousMinimum'],
        `cannot be more than copies, which is ${copies}`,
        'Lower it, or demand more copies.',
      );
    }
  }
  // A region that could not be read may be the one that is missing.
  if (!isWhole(sections)) return;
  const used = new Set<PolicyId>();
  const demands = createUnmetDemands();
  for (const instance of config.instances) {
    if (!config.regions.some(({ id }) => id === instance.home)) continue;
    const { policy, unmet, applying } = decide(config, instance, vocabulary);
    for (const id of applying) used.add(id);
    if (applying.length === 0) continue;
    for (const { rule, text } of unmet) {
      // Without a home nothing can be placed, and nobody asked for the one copy that is always waited for.
      if (rule === 'synchronous-minimum' && policy.origins?.['placement.synchronousMinimum'] === 'default') continue;
      demands.add(
        rule === 'home-unusable' ? ['instances', instance.id, 'home'] : pathOf(policy, rule, instance),
        { rule, text },
        instance.id,
      );
    }
  }
  demands.tell(problems);
  for (const { id } of config.policies) {
    if (used.has(id)) continue;
    // The most room that any home gives.
    const homes = config.regions.map(({ id: home }) => decide(config, { ...anybody, home, policy: id }, vocabulary));
    const [best] = homes.sort((a, b) => a.unmet.length - b.unmet.length);
    const [first] = best?.unmet ?? [];
    if (best === undefined || first === undefined) continue;
    const { what, ways } = wayOutOf(first);
    const field = fieldOf[first.rule] ?? 'placement';
    problems.add(['policies', id, ...field.split('.')], `wherever an instance is at home: ${what}`, ways);
  }
};

function decide(config: Config, instance: Omit<Instance, 'connection'>, vocabulary: ConfigVocabulary) {
  const { policy, applying } = vocabulary.decisions.resolvePolicy(config, instance);
  const { unmet } = place(config, instance, policy, vocabulary);
  return { policy, unmet, applying: applying.map(({ policy: id }) => id) };
}

/** Where the demand stands: in the policy that set the field, or at the instance when a default did. */
function pathOf({ origins }: Policy & { origins?: Readonly<Record<string, string>> }, rule: string, instance: Pick<Instance, 'id'>): Path {
  const field = fieldOf[rule];
  const origin = field === undefined ? undefined : origins?.[field];
  return field === undefined || origin === undefined || origin === 'default'
    ? ['instances', instance.id]
    : ['policies', origin, ...field.split('.')];
}
