import type { Catalog, WakeUpCall } from '@cbcr/catalog';
import type { JobKindName, Queues } from '@cbcr/jobs';
import type { Logger } from '@cbcr/telemetry';
import { isKnownKind } from './known-kind.ts';

const batch = 500;
/** Shorter than a person's patience: after Redis was away, calls that were claimed meanwhile go out this late at most. */
const leaseMs = 5_000;

/**
 * Takes wake-up calls from the outbox to the queues. Dying between the two sends a call twice, which a queue ignores: jobs are named
 * after their runs. Calls of kinds that a newer version brought stay for a scheduler of that version.
 */
export async function relayWakeUps({
  catalog,
  queues,
  logger,
}: {
  catalog: Catalog;
  queues: Queues<JobKindName>;
  logger: Logger;
}): Promise<'again' | 'done'> {
  const calls = await catalog.outbox.claim(batch, leaseMs);
  const known = calls.filter((call): call is WakeUpCall & { kind: JobKindName } => isKnownKind(call.kind));
  if (known.length < calls.length)
    logger.warn({ kinds: calls.map((call) => call.kind) }, 'wake-up calls of an unknown kind stay in the outbox');
  if (known.length === 0) return 'done';
  await queues.enqueueMany(
    known.map(({ kind, region, run, notBefore, priority }) => ({
      kind,
      region,
      runId: run,
      priority,
      ...(notBefore === null ? {} : { notBefore }),
    })),
  );
  await catalog.outbox.markRelayed(known);
  return calls.length === batch ? 'again' : 'done';
}
