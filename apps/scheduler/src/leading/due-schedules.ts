import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '@cbcr/catalog';
import { type Clock, type Schedule, toCbcrError } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { nextDue, resolvePolicy } from '@cbcr/policy';
import type { Logger } from '@cbcr/telemetry';

const batch = 200;
const lookAgainMs = 3_600_000;

/**
 * Gives instances that are due their backup run. Schedules live in the catalog, so a due time is neither lost with Redis nor run twice by two
 * schedulers. After an outage of the scheduler one run makes up for all missed due times.
 */
export async function runDueSchedules({
  catalog,
  clock,
  logger,
}: {
  catalog: Catalog;
  clock: Clock;
  logger: Logger;
}): Promise<'again' | 'done'> {
  const now = clock.now();
  const nextDueOrLater = (schedule: Schedule, after: Date): Date => {
    try {
      return nextDue(schedule, after);
    } catch (error) {
      // Validation refuses such schedules; should one get here all the same, it must not hold up the others.
      logger.error({ schedule, cause: toCbcrError(error).message }, 'a schedule cannot be used; it is looked at again in an hour');
      return new Date(after.getTime() + lookAgainMs);
    }
  };
  await lookAtSchedules(catalog, (schedule) => nextDueOrLater(schedule, now));
  const claims = await catalog.instances.claimDue({
    now,
    limit: batch,
    kind: jobKinds.backup.name,
    requestedBy: 'schedule',
    nextDue: nextDueOrLater,
  });
  for (const { instance, dueAt, nextDueAt, run } of claims) {
    const facts = { instance, dueAt, nextDueAt, runId: run };
    if (run === null) logger.warn(facts, 'due, but an earlier backup has not ended');
    else logger.info(facts, 'due');
  }
  return claims.length === batch ? 'again' : 'done';
}

/** After a change of the rulebook every instance is looked at once. One whose schedule is the same keeps its due time, so that none is missed. */
async function lookAtSchedules(catalog: Catalog, firstDue: (schedule: Schedule) => Date): Promise<void> {
  const { rulebook, version } = await catalog.rulebook.current();
  for (;;) {
    const waiting = await catalog.instances.listUnscheduled(version, batch);
    for (const instance of waiting) {
      const { schedule = null, priority = null } = resolvePolicy(rulebook, instance).policy;
      // A due time without a schedule beside it comes from an earlier version of CBCR.
      const isSame = instance.schedule === null || isDeepStrictEqual(instance.schedule, schedule);
      const kept = isSame ? instance.nextDueAt : null;
      const nextDueAt = schedule === null ? null : (kept ?? firstDue(schedule));
      await catalog.instances.setSchedule(instance.id, { schedule, priority, version, nextDueAt });
    }
    if (waiting.length < batch) return;
  }
}
