import type { RegionId } from '@cbcr/domain';
import { findExceptions } from '../residency/exceptions.ts';
import { permissionRules } from '../residency/permission-rules.ts';
import type { PreparedRegion } from '../rulebook/prepare-rulebook.ts';
import type { PlacementQuestion } from './placement-rule.ts';
import { exclusionRules } from './placement-rules.ts';

/** One rule that keeps a region from holding a copy. */
export interface Objection {
  readonly rule: string;
  readonly text: string;
  readonly wayOut: (question: PlacementQuestion, regions: readonly RegionId[]) => string;
}

/** Every objection to a region, not only the first: what must all end before it can hold a copy. */
export function objectionsTo(question: PlacementQuestion, region: PreparedRegion): Objection[] {
  const permission = { ...question, region, purpose: 'data', existing: false } as const;
  const isLifted = findExceptions(permission, question.now).valid !== undefined;
  const denied = permissionRules
    .filter(({ liftedByException }) => !(liftedByException && isLifted))
    .map((rule) => ({ ...rule, text: rule.explain(permission) }));
  const unsuitable = exclusionRules.map((rule) => ({ ...rule, text: rule.explain(question, region) }));
  return [...denied, ...unsuitable].flatMap(({ rule, text, wayOut }) => (text === null ? [] : [{ rule, text, wayOut }]));
}

/** What would make more regions suitable: for each rule that is the only one to object to some of them, how to end its objection. */
export function findWaysOut(question: PlacementQuestion, suitable: readonly RegionId[]): string[] {
  const byRule = new Map<string, { objection: Objection; regions: RegionId[] }>();
  for (const [id, region] of question.prepared.regions) {
    if (suitable.includes(id) || id === question.instance.home) continue;
    const [objection, ...others] = objectionsTo(question, region);
    if (objection === undefined || others.length > 0) continue;
    const known = byRule.get(objection.rule) ?? { objection, regions: [] };
    byRule.set(objection.rule, { objection, regions: [...known.regions, id] });
  }
  // A rule may know none: how far a home is that nobody knows.
  return [...byRule.values()].map(({ objection, regions }) => objection.wayOut(question, regions)).filter((way) => way !== '');
}
