import type { Catalog } from '@cbcr/catalog';
import type { Clock } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { nextDue } from '@cbcr/policy';
import type { Logger } from '@cbcr/telemetry';

const batch = 200;

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
  for (const { instance, schedule } of await catalog.instances.listUnscheduled(batch)) {
    await catalog.instances.setNextDue(instance, nextDue(schedule, now));
  }
  const claims = await catalog.instances.claimDue({
    now,
    limit: batch,
    kind: jobKinds.backup.name,
    requestedBy: 'schedule',
    nextDue,
  });
  for (const { instance, dueAt, nextDueAt, run } of claims) {
    logger.info({ instance, dueAt, nextDueAt, runId: run }, run === null ? 'due, but an earlier backup still runs' : 'due');
  }
  return claims.length === batch ? 'again' : 'done';
}
