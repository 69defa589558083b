import type { PointRecord } from '@cbcr/catalog';
import { CbcrError, type InstanceId, type RecoveryPointId, type RegionId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { checkRestoreTarget } from '@cbcr/policy';
import { type DecisionFacts, readDecisionFacts } from '../decision-facts.ts';
import { rankPointSources } from '../open-sources.ts';
import type { PlannedRun, RequestDependencies } from './request-dependencies.ts';
import { requireComplete, requireRegion } from './require-known.ts';

export interface WantedRestore {
  instance: InstanceId;
  /** Absent: the newest point that has a readable copy. */
  point?: RecoveryPointId | undefined;
  to: RegionId;
  /** Absent: a restore that is meant. */
  drill?: boolean | undefined;
}

/**
 * Refuses early what the worker would refuse later. Throws `instance.not-found`, `region.not-found`, `placement.region-forbidden`,
 * `point.none`, `point.not-found`, `point.not-complete`.
 */
export async function decideRestore(
  deps: RequestDependencies,
  wanted: WantedRestore,
): Promise<{ facts: DecisionFacts; point: PointRecord }> {
  const facts = await readDecisionFacts(deps, wanted.instance);
  const region = requireRegion(facts, wanted.to);
  const verdict = checkRestoreTarget({ ...facts, region, purpose: purposeOf(wanted) });
  if (!verdict.allowed) {
    throw new CbcrError('placement.region-forbidden', { region: region.id, instance: wanted.instance, cause: verdict.reason.text });
  }
  return { facts, point: await choosePoint(deps, wanted) };
}

/** What residency judges the region for. */
export const purposeOf = ({ drill }: Pick<WantedRestore, 'drill'>): 'restore' | 'drill' => (drill === true ? 'drill' : 'restore');

/** Throws `format.unreadable` when there is nothing to read now: somebody who asks in person gets an answer, not a run that waits. */
export function requireReadableCopy(facts: DecisionFacts, point: PointRecord, to: RegionId): void {
  const { ranking, excluded } = rankPointSources(facts, point, to);
  if (ranking.length > 0) return;
  const cause = excluded.map(({ region, reason }) => `${region}: ${reason.text.replace(/\.$/, '')}`).join('; ') || 'it has no copies';
  throw new CbcrError('format.unreadable', { point: point.id, cause });
}

async function choosePoint({ catalog }: RequestDependencies, { instance, point: id }: WantedRestore): Promise<PointRecord> {
  const point = id === undefined ? await catalog.points.latestRestorable(instance) : await catalog.points.get(id);
  if (point === null) throw new CbcrError('point.none', { instance });
  if (point.instance !== instance) throw new CbcrError('point.not-found', { point: point.id });
  return requireComplete(point);
}

/** `target` is a reference or sealed: what the catalog may store. */
export function describeRestoreRun(
  point: Pick<PointRecord, 'id' | 'instance'>,
  {
    to,
    target,
    jobs,
    clean,
    drill,
  }: Pick<WantedRestore, 'to' | 'drill'> & { target: string; jobs?: number | undefined; clean?: string | undefined },
): PlannedRun {
  const params = jobKinds.restore.params.parse({ point: point.id, to, target, jobs, clean, drill });
  return { kind: jobKinds.restore.name, region: to, instance: point.instance, point: point.id, params };
}
