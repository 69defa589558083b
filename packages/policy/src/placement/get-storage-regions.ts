import type { CopyRole, Placement, Reason, RegionCapabilities, RegionId, Rulebook } from '@cbcr/domain';
import { judge } from '../residency/may-use.ts';
import { type DecidingPolicy, speakerOf } from '../residency/permission-rule.ts';
import { type PreparedRegion, prepareRulebook } from '../rulebook/prepare-rulebook.ts';
import { demandRules } from './demand-rules.ts';
import { type PlaceableInstance, type PlacementFacts, type PlacementQuestion, reasonOf } from './placement-rule.ts';
import { exclusionRules, orderingRules } from './placement-rules.ts';

export interface PlacementInput {
  rulebook: Rulebook;
  instance: PlaceableInstance;
  /** That of the instance: `resolvePolicy(rulebook, instance).policy`. */
  policy: DecidingPolicy;
  /** What workers found; a region that is missing satisfies no demand for a capability. */
  capabilities?: RegionCapabilities;
  /** Residency exceptions end. */
  now: Date;
}

const nothingProbed: RegionCapabilities = new Map();

/**
 * Decides where the copies of one instance must live: the home region is the primary, then `copies - 1` secondaries in the order of the ordering
 * rules. Regions outside the allowed set are never placed, not even when demands stay unmet. When the home itself may not hold a copy its
 * place stays empty; no secondary moves up, so that a corrected policy moves no data.
 *
 * The same input gives the same answer whatever the order of its parts. No region is judged by another than the home, so a region that is excluded
 * changes nothing when it comes or goes, and one that goes leaves every other copy where it is.
 */
export function getStorageRegions({ rulebook, instance, policy, capabilities = nothingProbed, now }: PlacementInput): Placement {
  const prepared = prepareRulebook(rulebook);
  const question: PlacementQuestion = { prepared, instance, policy, capabilities, now, home: prepared.regions.get(instance.home) };
  const suitable: RegionId[] = [];
  const excluded: Placement['excluded'] = [];
  for (const [id, region] of prepared.regions) {
    const exclusion = findExclusion(question, region);
    if (exclusion === null) suitable.push(id);
    else excluded.push(exclusion);
  }

  const facts: PlacementFacts = { ...question, suitable };
  const room: Record<CopyRole, number> = { primary: 1, secondary: policy.placement.copies - 1 };
  const placed: Placement['placed'] = [];
  const spares: Placement['spares'] = [];
  for (const candidate of orderCandidates(facts)) {
    const { region, role, reason } = candidate;
    if (room[role] > 0) {
      room[role] -= 1;
      placed.push(candidate);
    } else if (spares.length < (policy.placement.spares ?? Number.POSITIVE_INFINITY)) {
      spares.push({ region, reason: explainSpare(policy, reason) });
    } else {
      excluded.push({ region, legal: true, reason: explainBeyondNeed(policy, reason) });
    }
  }

  const unmet = demandRules.flatMap((rule) => {
    const missing = rule.explain(facts, placed);
    return missing === null ? [] : [reasonOf(rule, missing)];
  });
  return { instance: instance.id, placed, spares, excluded: excluded.sort((a, b) => (a.region < b.region ? -1 : 1)), unmet };
}

function findExclusion(question: PlacementQuestion, region: PreparedRegion): Placement['excluded'][number] | null {
  const { prepared, instance, policy, now } = question;
  const permission = { prepared, instance, policy, region, purpose: 'data' } as const;
  const { allowed, reason } = judge({ ...permission, existing: false }, now);
  const { id } = region.region;
  if (!allowed) return { region: id, legal: judge({ ...permission, existing: true }, now).allowed, reason };
  for (const rule of exclusionRules) {
    const objection = rule.explain(question, region);
    if (objection !== null) return { region: id, legal: true, reason: reasonOf(rule, objection) };
  }
  return null;
}

/** Every suitable region once, in the order in which it would be taken. */
function orderCandidates(facts: PlacementFacts): Placement['placed'] {
  const waiting = new Set(facts.suitable);
  return orderingRules.flatMap((rule) =>
    rule.claim(facts).flatMap((region) => {
      if (!waiting.delete(region)) return [];
      return [{ region, role: rule.role, reason: reasonOf(rule, rule.explain(facts, region)) }];
    }),
  );
}

const explainSpare = (policy: DecidingPolicy, candidacy: Reason): Reason => {
  const { copies } = policy.placement;
  const demand = `${speakerOf(policy, 'placement.copies')} demands ${copies} ${copies === 1 ? 'copy' : 'copies'}`;
  return { rule: 'allowed-not-needed', text: `${demand}, which others hold; ${candidacy.text}` };
};

const explainBeyondNeed = (policy: DecidingPolicy, candidacy: Reason): Reason => ({
  rule: 'spare-beyond-need',
  text: `${speakerOf(policy, 'placement.spares')} keeps ${policy.placement.spares} in reserve, which come before it; ${candidacy.text}`,
});
