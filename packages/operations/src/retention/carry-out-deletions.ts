import type { DeletionRecord, NewRun } from '@cbcr/catalog';
import type { InstanceId, RecoveryPointId, RegionId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { type DeletionReason, judgeDeletion } from '@cbcr/policy';
import type { RequestDependencies } from '../requests/request-dependencies.ts';
import { deletionKey, pointsOfRun } from './deletion-run.ts';
import { factsAbout, readDeletionSituation, requestOf } from './read-deletion-facts.ts';

/**
 * Obstacles that pass by themselves: the copy goes on expiring. Any other refusal means that it shall stay after all.
 */
const passing: ReadonlySet<string> = new Set(['in-use', 'region-up', 'clock-doubt', 'grace', 'dependents', 'bulk-share']);

export interface CarriedOut {
  /** Runs that may start now. */
  runs: NewRun[];
  /** Copies that stay after all. */
  kept: { point: RecoveryPointId; region: RegionId; reasons: readonly DeletionReason[] }[];
}

/**
 * What becomes of deletions that were marked before: those that the gate allows now get a run, those whose reasons are gone are undone, all others wait.
 * All are of one instance and have neither ended nor been undone. The run asks the gate again.
 */
export async function carryOutDeletions(
  deps: RequestDependencies,
  instance: InstanceId,
  open: readonly DeletionRecord[],
  requestedBy: string,
): Promise<CarriedOut> {
  // What an attempt left behind was never marked: its run asks the gate, and leaves it if it must.
  const due = open.filter(({ purpose }) => purpose === 'garbage');
  const marked = open.filter(({ purpose }) => purpose !== 'garbage');
  const situation = await readDeletionSituation(
    deps,
    instance,
    marked.map(({ point }) => point),
  );
  const kept: CarriedOut['kept'] = [];
  for (const deletion of marked) {
    const { point, region, purpose, wholePoint } = deletion;
    const facts = factsAbout(situation, { point, region, purpose, wholePoint, request: requestOf(deletion), stage: 'execution' });
    if (facts === null) continue;
    const { allow, reasons } = judgeDeletion(facts);
    const denied = reasons.filter(({ allows }) => !allows);
    if (allow) due.push(deletion);
    else if (deletion.begunAt === null && denied.some(({ rule }) => !passing.has(rule))) {
      if (await deps.catalog.deletions.undo({ point, region }, requestedBy, denied)) kept.push({ point, region, reasons: denied });
    }
  }
  const groups = Map.groupBy(due, ({ region, purpose }) => `${region}.${purpose}`);
  const runs = [...groups.values()].flatMap(([first, ...rest]) => {
    if (first === undefined) return [];
    const points = [first, ...rest].slice(0, pointsOfRun).map(({ point }) => point);
    const { region, purpose } = first;
    const params = jobKinds.retention.params.parse({ instance, region, points, purpose });
    return [{ kind: jobKinds.retention.name, region, instance, params, requestedBy, dedupeKey: deletionKey(instance, region, purpose) }];
  });
  return { runs, kept };
}
