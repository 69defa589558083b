import type { DeletionRecord, PointFacts } from '@cbcr/catalog';
import type { DeletionPurpose, Holding, InstanceId, Reason, RecoveryPointId, RegionId, RunId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import {
  type DeletionFacts,
  describeHold,
  doubtTime,
  factsOfCopy,
  holdsOn,
  judgeRetention,
  type Margins,
  marginsOf,
  mayUse,
  minimumUntil,
  type PointUser,
} from '@cbcr/policy';
import { type DecisionFacts, readDecisionFacts } from '../decision-facts.ts';
import type { RequestDependencies } from '../requests/request-dependencies.ts';

/** What the catalog says now about an instance, for questions of deletion about any of its copies. */
export interface DeletionSituation {
  decision: DecisionFacts;
  holding: Holding;
  holdsOn(point: Pick<Holding['points'][number], 'id' | 'capturedAtMs'>, region: RegionId): Reason[];
  clockDoubt: Reason | null;
  /** Of the points that were asked about. */
  facts: ReadonlyMap<RecoveryPointId, PointFacts>;
  /** Before which moment nobody removes a copy that was captured then; null: nothing says so. */
  minimumUntil(region: RegionId, capturedAtMs: number): Date | null;
  margins: Margins;
  /** What the rules say about a copy; null when they do not speak of it. */
  retention(point: RecoveryPointId, region: RegionId): DeletionFacts['retention'];
  /** Until when the stores lock the copies, as the catalog knows it. */
  lockOf(point: RecoveryPointId, region: RegionId): Date | null;
}

export async function readDeletionSituation(
  deps: RequestDependencies,
  instance: InstanceId,
  points: readonly RecoveryPointId[],
): Promise<DeletionSituation> {
  const { catalog, clock } = deps;
  const decision = await readDecisionFacts(deps, instance);
  const releaseGraceMs = decision.rulebook.retention.releaseGrace.ms;
  const [[holding = { instance, points: [] }], holds, watched, facts, locks, earlier] = await Promise.all([
    catalog.holdings.list([instance]),
    catalog.holds.active(new Date(decision.now.getTime() - releaseGraceMs)),
    catalog.clockWatch.read(),
    catalog.points.factsOf(points),
    catalog.deletions.locksOf(points),
    catalog.retention.coolingVersions(decision.now),
  ]);
  const now = clock.now();
  const moment = { now, releaseGraceMs };
  const { rulebook } = decision;
  const rules = { rulebook, earlier, instance: decision.instance, now };
  const verdicts = judgeRetention({ ...rules, points: holding.points, holds });
  const said = new Map(verdicts.map((verdict) => [`${verdict.point}/${verdict.region}`, verdict]));
  return {
    decision,
    holding,
    holdsOn: (point, region) =>
      holdsOn(holds, { instance: decision.instance, point, region }, moment).map((hold) => describeHold(hold, now)),
    clockDoubt: doubtTime(watched, now),
    facts,
    minimumUntil: (region, capturedAtMs) => minimumUntil(rules, region, capturedAtMs),
    margins: marginsOf(rulebook, earlier, now),
    retention: (point, region) => said.get(`${point}/${region}`) ?? null,
    lockOf: (point, region) => locks.get(`${point}/${region}`) ?? null,
  };
}

export interface CopyQuestion {
  point: RecoveryPointId;
  region: RegionId;
  purpose: DeletionPurpose;
  stage: DeletionFacts['stage'];
  wholePoint: boolean;
  request: DeletionFacts['request'];
  bulk?: Reason | null;
  /** The run that asks: it is no user of the copy. */
  run?: RunId;
  /** The date that the store itself gives. */
  lockedUntil?: Date | null;
  /** Legal holds that the store itself knows. */
  storeHolds?: readonly Reason[];
}

/** Null when the catalog has no complete point of this id. */
export function factsAbout(situation: DeletionSituation, question: CopyQuestion): DeletionFacts | null {
  const { decision, holding, clockDoubt } = situation;
  const { point: id, region, purpose, stage, wholePoint, request, bulk = null, lockedUntil = null, storeHolds = [] } = question;
  const point = holding.points.find((one) => one.id === id);
  const facts = situation.facts.get(id);
  if (point === undefined || facts === undefined) return null;
  const { instance, policy, rulebook, placement, regions, health, now } = decision;
  const known = regions.find((one) => one.id === region) ?? region;
  return factsOfCopy({
    purpose,
    stage,
    now,
    instance: { id: instance.id, retiredFrom: laterBy(instance.retiredAt, situation.margins.coolingOffMs) },
    points: holding.points,
    point,
    region,
    placement,
    permission: mayUse({ rulebook, instance, policy, region: known, purpose: 'data', existing: true, now }),
    synchronousMinimum: policy.placement.synchronousMinimum,
    retention: (other) => situation.retention(id, other),
    minimumUntil: situation.minimumUntil(region, point.capturedAtMs),
    wholePoint,
    request,
    holds: [...situation.holdsOn(point, region), ...storeHolds],
    lockedUntil: laterOf(lockedUntil, situation.lockOf(id, region)),
    users: usersOf(facts, question.run),
    health: health.get(region) ?? { state: 'unknown', reason: 'no worker has ever reported', since: null },
    clockDoubt,
    graceMs: situation.margins.graceMs,
    bulk,
  });
}

const laterBy = (at: Date | null, ms: number): Date | null => (at === null ? null : new Date(at.getTime() + ms));
const laterOf = (a: Date | null, b: Date | null): Date | null => (a === null ? b : b === null || a > b ? a : b);

/** A kind that runs where a copy is works on that copy; all others may read any. */
export function usersOf({ activeRuns }: Pick<PointFacts, 'activeRuns'>, own?: RunId): PointUser[] {
  const kinds: Readonly<Record<string, { runsIn: string }>> = jobKinds;
  return activeRuns
    .filter(({ id }) => id !== own)
    .map(({ id, kind, region }) => ({ id, kind, reads: kinds[kind]?.runsIn === 'copy' ? region : null }));
}

/** What a person said when the deletion was asked for. */
export const requestOf = ({
  requestedBy,
  requestReason,
}: Pick<DeletionRecord, 'requestedBy' | 'requestReason'>): DeletionFacts['request'] =>
  requestReason === null ? null : { by: requestedBy, reason: requestReason };
