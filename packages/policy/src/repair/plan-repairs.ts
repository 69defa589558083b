import {
  type Copy,
  canTransition,
  copyTransitions,
  type InstanceId,
  type Placement,
  type Reason,
  type RecoveryPoint,
  type RecoveryPointId,
  type RegionHealth,
  type RegionId,
} from '@cbcr/domain';
import { type CopyNeed, judgeCopy } from './judge-copy.ts';
import { findReadableSources } from './readable-sources.ts';
import { repairKey, type WantedRun } from './wanted-run.ts';
import { whyIllegalStays } from './why-illegal-stays.ts';

export interface RepairCandidate {
  point: Pick<RecoveryPoint, 'id' | 'state'>;
  instance: InstanceId;
  /** The placement that the policy gives now. */
  placement: Placement;
  copies: readonly Copy[];
  /** Dedupe keys (`repairKey`) of runs that are working on copies of this point, whatever their kind. */
  activeRuns: readonly string[];
}

export interface RepairInput {
  points: readonly RepairCandidate[];
  /** A region that is missing here is unknown: nothing is sent there. */
  health: ReadonlyMap<RegionId, RegionHealth>;
  now: Date;
}

/** Why a debt stays for now, or what a person should know about a copy. */
export interface RepairNote {
  point: RecoveryPointId;
  region: RegionId;
  reason: Reason;
  since: Date | null;
}

/** A copy where the data may not be that is no longer needed: it can go now. */
interface WantedRemoval {
  instance: InstanceId;
  point: RecoveryPointId;
  region: RegionId;
  reason: Reason;
}

export interface RepairPlan {
  runs: WantedRun[];
  removals: WantedRemoval[];
  notes: RepairNote[];
}

/**
 * The one mechanism of desired state. Compares the copies that should exist with those that do; the difference is runs, and every difference
 * that must wait is a note with its reason. Asks for work in placed regions only, so nothing ever widens the allowed set. Asking twice gives
 * the same answer; when every placed copy is verified there is nothing to do.
 */
export function planRepairs({ points, health, now }: RepairInput): RepairPlan {
  const plan: RepairPlan = { runs: [], removals: [], notes: [] };
  for (const candidate of points) {
    if (candidate.point.state !== 'complete') continue;
    for (const { region } of candidate.placement.placed) planCopy(candidate, region, health, now, plan);
    planRemovals(candidate, plan);
  }
  return plan;
}

function planCopy(candidate: RepairCandidate, region: RegionId, health: RepairInput['health'], now: Date, plan: RepairPlan): void {
  const { point, instance, activeRuns } = candidate;
  const copy = candidate.copies.find((one) => one.region === region);
  const need = judgeCopy(copy, region);
  if (need === null || isBeingWorkedOn(point.id, region, activeRuns)) return;

  const obstacle = need.purpose === null ? need.reason : findObstacle(need, copy, candidate, region, health, now);
  if (obstacle) {
    plan.notes.push({ point: point.id, region, reason: obstacle, since: copy?.since ?? null });
  } else if (need.purpose !== null) {
    const dedupeKey = repairKey(need.purpose, point.id, region);
    plan.runs.push({ purpose: need.purpose, instance, point: point.id, region, dedupeKey, reason: need.reason });
  }
}

const isBeingWorkedOn = (point: RecoveryPointId, region: RegionId, activeRuns: readonly string[]): boolean =>
  activeRuns.includes(repairKey('make-copy', point, region)) || activeRuns.includes(repairKey('verify-copy', point, region));

/** What keeps the run from starting now; null when nothing does. */
function findObstacle(
  need: CopyNeed,
  copy: Copy | undefined,
  candidate: RepairCandidate,
  region: RegionId,
  health: RepairInput['health'],
  now: Date,
): Reason | null {
  const state = health.get(region);
  if (state?.state !== 'up') {
    return { rule: 'region-not-up', text: `${region} is ${state?.state ?? 'unknown'}: ${state?.reason ?? 'no worker has ever reported'}` };
  }
  if (copy?.nextAttemptAt && copy.nextAttemptAt > now) {
    return {
      rule: 'waiting-to-retry',
      text: `tried ${copy.attempts} times, next at ${copy.nextAttemptAt.toISOString()}; ${copy.reason.text}`,
    };
  }
  if (need.purpose === 'make-copy') return findReadableSources(candidate, region, health, need.verifiedSourceOnly).obstacle;
  return null;
}

/**
 * A copy where the data may not be is reported at once. It goes only after every copy that the policy demands is verified and no demand is unmet:
 * until then it may be the last one.
 */
function planRemovals({ point, instance, copies, placement }: RepairCandidate, plan: RepairPlan): void {
  const waitsFor = whyIllegalStays(copies, placement);
  for (const { region, legal, reason } of placement.excluded) {
    const copy = copies.find((one) => one.region === region && one.state !== 'deleted');
    if (legal || copy === undefined) continue;
    const text = `a copy exists where none may be: ${reason.text}`;
    const held = waitsFor === null ? text : `${text}; it stays ${waitsFor}`;
    plan.notes.push({ point: point.id, region, reason: { rule: 'copy-outside-allowed-set', text: held }, since: copy.since });
    if (waitsFor === null && canTransition(copyTransitions, copy.state, 'expiring')) {
      plan.removals.push({ instance, point: point.id, region, reason: { rule: 'copy-outside-allowed-set', text } });
    }
  }
}
