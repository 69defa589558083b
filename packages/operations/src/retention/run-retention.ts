import type { RunRecord } from '@cbcr/catalog';
import type { InstanceId, Reason } from '@cbcr/domain';
import type { RequestDependencies } from '../requests/request-dependencies.ts';
import { type CarriedOut, carryOutDeletions } from './carry-out-deletions.ts';
import type { PlannedDeletion } from './plan-deletions.ts';
import { planExpired } from './plan-expired.ts';

export interface RetentionRound {
  /** Copies whose rules let them go, with the answer of the gate; `marked` never in a dry run. */
  planned: PlannedDeletion[];
  /** Instances of which nothing expires although copies have expired, until somebody confirms it. */
  stopped: { instance: InstanceId; reasons: Reason[] }[];
  /** Of deletions that were marked before: runs that delete, whether they are new or at it already; and copies that stay after all. Empty in a dry run. */
  runs: RunRecord[];
  kept: CarriedOut['kept'];
  /** Instances with expired copies that this round did not come to. */
  left: number;
}

/** Somebody waits for the answer. */
const mostInstances = 200;
const page = 2_000;

/**
 * What the leading scheduler does round by round, now: judges the copies of the instance, or of all that have expired ones, marks what the gate allows and
 * starts the runs of what was marked before and whose grace is over. Doing it twice, or beside the scheduler, deletes nothing twice.
 */
export async function runRetention(
  deps: RequestDependencies,
  { instance, requestedBy, dryRun }: { instance: InstanceId | null; requestedBy: string; dryRun: boolean },
): Promise<RetentionRound> {
  const { catalog } = deps;
  const all = instance === null ? await findDueInstances(deps) : [instance];
  const instances = all.slice(0, mostInstances);
  const round: RetentionRound = { planned: [], stopped: [], runs: [], kept: [], left: all.length - instances.length };
  for (const id of instances) {
    const { planned, stopped } = await planExpired(deps, id, { requestedBy, dryRun });
    round.planned.push(...planned);
    if (stopped.length > 0) round.stopped.push({ instance: id, reasons: stopped });
  }
  if (dryRun) return round;
  for (let after = 0; ; ) {
    const open = await catalog.deletions.listOpen({ after, limit: page, ...(instance === null ? {} : { instance }) });
    for (const [id, deletions] of Map.groupBy(open, (deletion) => deletion.instance)) {
      const { runs, kept } = await carryOutDeletions(deps, id, deletions, requestedBy);
      round.kept.push(...kept);
      for (const wanted of runs) round.runs.push((await catalog.runs.create(wanted)).run);
    }
    const last = open.at(-1);
    if (last === undefined || open.length < page) return round;
    after = last.id;
  }
}

async function findDueInstances({ catalog, clock }: RequestDependencies): Promise<InstanceId[]> {
  const found = new Set<InstanceId>();
  const now = clock.now();
  for (let after: Parameters<typeof catalog.retention.dueCopies>[2] = null; ; ) {
    const due = await catalog.retention.dueCopies(now, page, after);
    for (const { instance } of due) found.add(instance);
    const last = due.at(-1);
    if (last === undefined || due.length < page) return [...found];
    after = last;
  }
}
