import type { Policy, RulebookPolicy } from '@cbcr/domain';
import type { Path } from '../../problem.ts';
import { isWhole } from '../build-config.ts';
import type { ProblemList } from '../problem-list.ts';
import type { Check } from './check.ts';

/** Lengths of time that cannot hold together, in one policy or in the policies that apply to one instance. */
export const checkDurations: Check = ({ sections, config, vocabulary: { decisions }, problems }) => {
  for (const policy of config.policies) compare(policy, ['policies', policy.id, 'retention'], '', problems);
  if (!isWhole(sections)) return;
  for (const instance of config.instances) {
    const { policy, applying } = decisions.resolvePolicy(config, instance);
    if (applying.length < 2 || applying.some(({ policy: id }) => problems.hasBelow(['policies', id, 'retention']))) continue;
    compare(policy, ['instances', instance.id], `of its policies ${applying.map(({ policy: id }) => id).join(', ')} together, `, problems);
  }
};

function compare(
  { retention = {}, lock }: Pick<Policy | RulebookPolicy, 'retention' | 'lock'>,
  path: Path,
  of: string,
  problems: ProblemList,
) {
  const { minimum, maximum, keepFor } = retention;
  const at = (field: string): Path => (of === '' ? [...path, field] : path);
  if (minimum && maximum && minimum.ms > maximum.ms) {
    problems.add(
      at('minimum'),
      `${of}the minimum retention of ${minimum.text} is above the maximum of ${maximum.text}`,
      'Lower the minimum or raise the maximum: the longest minimum and the shortest maximum of all policies of an instance hold.',
    );
  } else if (keepFor && minimum && keepFor.ms < minimum.ms) {
    problems.add(
      at('keepFor'),
      `${of}keeping for ${keepFor.text} is below the minimum of ${minimum.text}`,
      'Keep for longer, or lower the minimum.',
    );
  } else if (keepFor && maximum && keepFor.ms > maximum.ms) {
    problems.add(
      at('keepFor'),
      `${of}keeping for ${keepFor.text} is above the maximum of ${maximum.text}`,
      'Keep for less, or raise the maximum.',
    );
  } else if (lock && maximum) {
    for (const [region, { for: length }] of [['', lock] as const, ...Object.entries(lock.regions ?? {})]) {
      if (length === undefined || length.ms <= maximum.ms) continue;
      const place = of === '' ? [...path.slice(0, -1), 'lock', ...(region === '' ? [] : ['regions', region]), 'for'] : path;
      const where = region === '' ? '' : ` in ${region}`;
      problems.add(
        place,
        `${of}the lock of ${length.text}${where} outlasts the maximum retention of ${maximum.text}`,
        'Lock for less, or raise the maximum.',
      );
    }
  }
}
