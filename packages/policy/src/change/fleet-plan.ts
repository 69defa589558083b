import type { RegionId } from '@cbcr/domain';
import { chooseControls } from '../compliance/choose-controls.ts';
import { type Severity, severities } from '../compliance/finding.ts';
import type { Situation } from '../situation/situation.ts';
import type { Refusal } from './find-refusal.ts';
import { type InstancePlan, isQuiet } from './instance-plan.ts';
import { type PlannedHolding, planInstance, type Side } from './plan-instance.ts';

/** Copies and bytes by region. */
export interface RegionSum {
  region: RegionId;
  points: number;
  bytes: number;
  /** How many of the points were owed, or illegal, before the change. */
  already: number;
  instances: number;
}

export type FindingCounts = { [Name in Severity]: number };

/** What a change means for all instances together. */
export interface FleetSum {
  instances: number;
  /** Instances for which the change does anything. */
  affected: number;
  copiesToMake: RegionSum[];
  illegalCopies: RegionSum[];
  debts: { before: number; after: number };
  bytesToMove: number;
  /** For all transfers whose way has a price, once. */
  transferPrice: number;
  monthlyCost: { before: number; after: number };
  unpricedBytes: { before: number; after: number };
  findings: { appearing: FindingCounts; disappearing: FindingCounts };
  restorable: { before: number; after: number };
  capturesStop: number;
  refusals: number;
}

export interface FleetPlan {
  sum: FleetSum;
  /** Of the affected instances, in the order in which they came. */
  instances: InstancePlan[];
  /** Why the change is refused, for each instance that it would leave without a policy or a legal copy. */
  refusals: { instance: InstancePlan['instance']; reason: Refusal }[];
}

export interface FleetPlanner {
  /** One instance with everything that it holds; nothing of it is kept but its plan. */
  add(holding: PlannedHolding): void;
  result(): FleetPlan;
}

/**
 * Compares two situations for a whole fleet, before anything changes. Instances are taken one at a time, so that a fleet of any size can
 * be read in pages; points are never kept.
 */
export function startFleetPlan(before: Situation, after: Situation): FleetPlanner {
  const sides: { before: Side; after: Side } = { before: sideOf(before), after: sideOf(after) };
  const plan: FleetPlan = { sum: emptySum(), instances: [], refusals: [] };
  return {
    add(holding) {
      const one = planInstance(sides.before, sides.after, holding);
      if (one === null) return;
      addTo(plan.sum, one);
      if (one.refusal !== null) plan.refusals.push({ instance: one.instance, reason: one.refusal });
      if (!isQuiet(one)) plan.instances.push(one);
    },
    result: () => plan,
  };
}

const sideOf = (situation: Situation): Side => ({ situation, chosen: chooseControls(situation.rulebook.compliance).chosen });

const noFindings = (): FindingCounts => ({ critical: 0, major: 0, minor: 0, unproven: 0 });
const noChange = () => ({ before: 0, after: 0 });

const emptySum = (): FleetSum => ({
  instances: 0,
  affected: 0,
  copiesToMake: [],
  illegalCopies: [],
  debts: noChange(),
  bytesToMove: 0,
  transferPrice: 0,
  monthlyCost: noChange(),
  unpricedBytes: noChange(),
  findings: { appearing: noFindings(), disappearing: noFindings() },
  restorable: noChange(),
  capturesStop: 0,
  refusals: 0,
});

function addTo(sum: FleetSum, plan: InstancePlan): void {
  sum.instances += 1;
  if (!isQuiet(plan)) sum.affected += 1;
  for (const copies of plan.copiesToMake) addRegion(sum.copiesToMake, copies, copies.owedAlready);
  for (const copies of plan.illegalCopies) addRegion(sum.illegalCopies, copies, copies.already ? copies.points : 0);
  for (const name of ['debts', 'monthlyCost', 'unpricedBytes', 'restorable'] as const) {
    sum[name].before += plan[name].before;
    sum[name].after += plan[name].after;
  }
  sum.bytesToMove += plan.bytesToMove;
  sum.transferPrice += plan.copiesToMake.reduce((total, { price }) => total + (price ?? 0), 0);
  for (const severity of severities) {
    sum.findings.appearing[severity] += plan.findings.appearing.filter((finding) => finding.severity === severity).length;
    sum.findings.disappearing[severity] += plan.findings.disappearing.filter((finding) => finding.severity === severity).length;
  }
  if (plan.capturesStop !== null) sum.capturesStop += 1;
  if (plan.refusal !== null) sum.refusals += 1;
}

function addRegion(
  sums: RegionSum[],
  { region, points, bytes }: { region: RegionId; points: number; bytes: number },
  already: number,
): void {
  const known = sums.find((one) => one.region === region);
  if (known === undefined) {
    sums.push({ region, points, bytes, already, instances: 1 });
    sums.sort((a, b) => (a.region < b.region ? -1 : 1));
  } else {
    known.points += points;
    known.bytes += bytes;
    known.already += already;
    known.instances += 1;
  }
}
