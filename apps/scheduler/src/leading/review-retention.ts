import type { Catalog } from '@cbcr/catalog';
import type { Clock } from '@cbcr/domain';
import { judgeRetention, nextReviewAt } from '@cbcr/policy';
import type { Logger } from '@cbcr/telemetry';

/** An instance may hold thousands of copies. */
const batch = 10;
const leaseMs = 5 * 60_000;

/**
 * Judges the copies of instances for which something changed that decides about them, or a moment has come, and writes when each copy expires. It
 * deletes nothing and marks nothing: whoever wants to asks the deletion gate.
 */
export async function reviewRetention({
  catalog,
  clock,
  logger,
}: {
  catalog: Catalog;
  clock: Clock;
  logger: Logger;
}): Promise<'again' | 'done'> {
  const reviews = await catalog.retention.claimDueReviews({ now: clock.now(), limit: batch, leaseMs });
  if (reviews.length === 0) return 'done';
  // Read after the claim: what changes from now on asks for another review.
  const now = clock.now();
  const [{ rulebook }, earlier, holdings] = await Promise.all([
    catalog.rulebook.current(),
    catalog.retention.coolingVersions(now),
    catalog.holdings.list(reviews.map(({ instance }) => instance.id)),
  ]);
  const holds = await catalog.holds.active(new Date(now.getTime() - rulebook.retention.releaseGrace.ms));
  for (const [index, review] of reviews.entries()) {
    const { instance } = review;
    const points = holdings[index]?.points ?? [];
    const verdicts = judgeRetention({ rulebook, earlier, instance, points, holds, now });
    const changed = await catalog.retention.writeVerdicts(review, verdicts, nextReviewAt(verdicts, points, now));
    if (changed === 0) continue;
    const expired = verdicts.filter(({ verdict }) => verdict === 'expire').length;
    const findings = verdicts.flatMap(({ finding }) => finding?.text ?? []);
    logger.info({ instance: instance.id, copies: verdicts.length, changed, expired }, 'the retention of copies was reviewed');
    if (findings.length > 0)
      logger.warn({ instance: instance.id, copies: findings.length, example: findings[0] }, 'holds outlast a maximum');
  }
  return reviews.length === batch ? 'again' : 'done';
}
