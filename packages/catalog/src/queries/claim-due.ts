import type { InstanceId, RunId, Schedule } from '@cbcr/domain';
import { and, asc, eq, isNull, lte } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { instances } from '../schema/instances.ts';
import { insertRuns } from './insert-runs.ts';

export interface ClaimDue {
  now: Date;
  /** Instances per call. */
  limit: number;
  /** The job kind that a due instance is given; it runs in the instance's home region. */
  kind: string;
  requestedBy: string;
  /** Strictly after `after`; null when the schedule never comes again. */
  nextDue(schedule: Schedule, after: Date): Date | null;
}
export interface DueClaim {
  instance: InstanceId;
  dueAt: Date;
  nextDueAt: Date | null;
  /** Null when an earlier run of the same kind is still active, or when the instance no longer has a schedule. */
  run: RunId | null;
}

/** While one such run is active, a second one for the instance is not made. */
export const scheduledDedupeKey = (kind: string, instance: InstanceId): string => `${kind}:${instance}`;

export function claimDue({ ids, transact }: QueryContext, claim: ClaimDue): Promise<DueClaim[]> {
  return transact((tx) => claimInTransaction(tx, ids.runId, claim));
}

async function claimInTransaction(tx: Executor, newId: () => RunId, claim: ClaimDue): Promise<DueClaim[]> {
  const { now, kind, requestedBy } = claim;
  const due = await tx
    .select({
      id: instances.id,
      home: instances.homeRegion,
      dueAt: instances.nextDueAt,
      schedule: instances.schedule,
      priority: instances.priority,
    })
    .from(instances)
    .where(and(isNull(instances.retiredAt), lte(instances.nextDueAt, now)))
    .orderBy(asc(instances.nextDueAt))
    .limit(claim.limit)
    .for('update', { of: instances, skipLocked: true });

  const planned = due.map(({ id, home, dueAt, schedule, priority }) => {
    const at = dueAt ?? now;
    const nextDueAt = schedule === null ? null : claim.nextDue(schedule, now);
    const run = {
      id: newId(),
      kind,
      region: home,
      instance: id,
      params: { dueAt: at.toISOString() },
      requestedBy,
      idempotencyKey: `due:${kind}:${id}:${at.toISOString()}`,
      dedupeKey: scheduledDedupeKey(kind, id),
      priority: priority ?? undefined,
    };
    return { instance: id, dueAt: at, nextDueAt, run, isScheduled: schedule !== null };
  });

  const inserted = await insertRuns(
    tx,
    now,
    planned.filter((plan) => plan.isScheduled).map((plan) => plan.run),
  );
  for (const { instance, nextDueAt } of planned) {
    await tx.update(instances).set({ nextDueAt }).where(eq(instances.id, instance));
  }
  return planned.map(({ instance, dueAt, nextDueAt, run }) => ({
    instance,
    dueAt,
    nextDueAt,
    run: inserted.has(run.id) ? run.id : null,
  }));
}
