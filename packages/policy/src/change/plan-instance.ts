import type { HeldPoint, Reason, RegionId } from '@cbcr/domain';
import type { ChosenFramework } from '../compliance/choose-controls.ts';
import { evaluateCompliance } from '../compliance/evaluate-compliance.ts';
import { complianceFactsOf } from '../compliance/facts-of.ts';
import type { Finding } from '../compliance/finding.ts';
import { groupPoints, type PointGroup } from '../holdings/group-points.ts';
import { decide } from '../situation/decide.ts';
import type { Decision, PlannedInstance, Situation } from '../situation/situation.ts';
import { findAppearing } from './compare-findings.ts';
import { findRefusal } from './find-refusal.ts';
import type { InstancePlan } from './instance-plan.ts';
import { findRemovedBefore, isDown, owes, planCopiesToMake, planIllegalCopies } from './plan-copies.ts';
import { priceOfMonth } from './prices.ts';

/** A situation with the frameworks that it chooses. */
export interface Side {
  situation: Situation;
  chosen: readonly ChosenFramework[];
}

/** What an instance is before and after, and what it holds. Null where it does not exist. */
export interface PlannedHolding {
  before: PlannedInstance | null;
  after: PlannedInstance | null;
  points: readonly HeldPoint[];
}

/** What one side of the change means for what an instance holds. */
interface Assessment {
  decision: Decision;
  findings: Finding[];
  debts: number;
  restorable: number;
  cost: number;
  unpricedBytes: number;
}

const nothing = { debts: 0, restorable: 0, cost: 0, unpricedBytes: 0, findings: [] };

/** What a change means for one instance. Looks at each group of alike points once, so that hundreds of points cost little. */
export function planInstance(before: Side, after: Side, holding: PlannedHolding): InstancePlan | null {
  const instance = holding.after ?? holding.before;
  if (instance === null) return null;
  const groups = groupPoints(holding.points);
  const old = holding.before && assess(groups, before, holding.before);
  const fresh = holding.after && assess(groups, after, holding.after);
  const [oldSums, newSums] = [old ?? nothing, fresh ?? nothing];
  const copiesToMake = fresh === null ? [] : planCopiesToMake(groups, after.situation, fresh.decision, old?.decision ?? null);
  return {
    instance: instance.id,
    placed: { before: placedIn(old), after: placedIn(fresh) },
    copiesToMake,
    illegalCopies: fresh === null ? [] : planIllegalCopies(groups, fresh.decision, old?.decision ?? null),
    debts: { before: oldSums.debts, after: newSums.debts },
    bytesToMove: copiesToMake.reduce((sum, { bytes }) => sum + bytes, 0),
    monthlyCost: { before: oldSums.cost, after: newSums.cost },
    unpricedBytes: { before: oldSums.unpricedBytes, after: newSums.unpricedBytes },
    findings: {
      appearing: findAppearing(oldSums.findings, newSums.findings),
      disappearing: findAppearing(
        newSums.findings,
        // What was merely not read was never found by anybody who did read it.
        oldSums.findings.filter(({ notRead }) => notRead !== true),
      ),
    },
    restorable: { before: oldSums.restorable, after: newSums.restorable },
    newlyUnmet: fresh === null ? [] : findNewlyUnmet(groups, old?.decision ?? null, fresh.decision),
    capturesStop:
      fresh && (old === null || whyNoCapture(before.situation, old.decision) === null)
        ? whyNoCapture(after.situation, fresh.decision)
        : null,
    refusal: fresh && findRefusal({ before: () => old?.decision, after: fresh.decision, verifiedIn: findVerified(holding.points) }),
  };
}

const findNewlyUnmet = (groups: readonly PointGroup[], before: Decision | null, after: Decision): Reason[] => [
  ...after.placement.unmet.filter(({ rule }) => !before?.placement.unmet.some((known) => known.rule === rule)),
  ...findRemovedBefore(groups, after, before),
];

const placedIn = (side: Assessment | null): RegionId[] => side?.decision.placement.placed.map(({ region }) => region) ?? [];

function assess(groups: readonly PointGroup[], { situation, chosen }: Side, instance: PlannedInstance): Assessment {
  const decision = decide(situation, instance);
  const placed = decision.placement.placed.map(({ region }) => region);
  let [debts, restorable] = [0, 0];
  for (const group of groups) {
    if (group.state !== 'complete') continue;
    const count = group.points.length;
    debts += count * placed.filter((region) => owes(group, region)).length;
    const legal = group.copies.filter(({ region, state }) => state === 'verified' && decision.mayHold(region).allowed);
    if (legal.some(({ region }) => !isDown(situation, region))) restorable += count;
  }
  const { cost, unpricedBytes } = priceOfMonth(situation.rulebook, groups, decision);
  const findings = evaluateCompliance(chosen, complianceFactsOf(situation, decision, groups));
  return { decision, findings, debts, restorable, cost, unpricedBytes };
}

/** New backups run in the home region and go there first. */
function whyNoCapture(situation: Situation, { instance, placement }: Decision): Reason | null {
  if (instance.retired === true) return null;
  if (isDown(situation, instance.home)) {
    return { rule: 'home-down', text: `backups of ${instance.id} run in ${instance.home}, which is down; they wait for it` };
  }
  if (placement.placed.some(({ role }) => role === 'primary')) return null;
  const why = placement.excluded.find(({ region }) => region === instance.home)?.reason;
  return { rule: 'home-unusable', text: why?.text ?? `${instance.home}, the home of ${instance.id}, is not a region` };
}

/** Where the newest restorable point has verified copies. Points come newest first. */
function findVerified(points: readonly HeldPoint[]): RegionId[] {
  const newest = points.find(({ state, copies }) => state === 'complete' && copies.some((copy) => copy.state === 'verified'));
  return (newest?.copies ?? []).filter(({ state }) => state === 'verified').map(({ region }) => region);
}
