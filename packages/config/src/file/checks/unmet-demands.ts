import type { InstanceId, Reason } from '@cbcr/domain';
import type { Path } from '../../problem.ts';
import type { ProblemList } from '../problem-list.ts';

/** What cannot be placed, told once for each place in the file and each reason, however many instances it is for. */
export function createUnmetDemands() {
  const byPath = new Map<string, { path: Path; reasons: Map<string, { reason: Reason; instances: InstanceId[] }> }>();
  return {
    add(path: Path, reason: Reason, instance: InstanceId): void {
      const key = JSON.stringify(path);
      const known = byPath.get(key) ?? { path, reasons: new Map() };
      const same = known.reasons.get(reason.text) ?? { reason, instances: [] };
      same.instances.push(instance);
      known.reasons.set(reason.text, same);
      byPath.set(key, known);
    },
    tell(problems: ProblemList): void {
      for (const { path, reasons } of byPath.values()) {
        const several = [...reasons.values()].map(({ reason, instances: [first, ...others] }) => {
          const { what, ways } = wayOutOf(reason);
          const who = others.length === 0 ? first : `${first} and ${others.length} more`;
          return { message: `${who}: ${what}`, hint: ways };
        });
        problems.addAll(path, several);
      }
    },
  };
}

/** What is missing, and what would satisfy it. Of a home every objection is named before that. */
export function wayOutOf({ rule, text }: Reason): { what: string; ways: string | undefined } {
  const at = rule === 'home-unusable' ? text.lastIndexOf('; ') : text.indexOf('; ');
  if (at === -1) return { what: text, ways: undefined };
  const ways = text.slice(at + 2);
  return { what: text.slice(0, at), ways: `${ways.charAt(0).toUpperCase()}${ways.slice(1)}.` };
}
