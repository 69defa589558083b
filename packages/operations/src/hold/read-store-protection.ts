import type { Catalog } from '@cbcr/catalog';
import type { Clock, InstanceId } from '@cbcr/domain';
import { planStoreProtection, type StoreProtectionFacts } from '@cbcr/policy';
import type { TransferTuning } from '../transfer-tuning.ts';

/** What the stores of an instance's copies have to be told now, by all that the catalog knows. */
export async function readStoreProtection(
  { catalog, clock, tuning }: { catalog: Catalog; clock: Clock; tuning: Pick<TransferTuning, 'longestLockMs'> },
  id: InstanceId,
): Promise<ReturnType<typeof planStoreProtection>> {
  const [instance, { rulebook }, capabilities, [holding], effects, locks, exceptions] = await Promise.all([
    catalog.instances.get(id),
    catalog.rulebook.current(),
    catalog.capabilities.read(),
    catalog.holdings.list([id]),
    catalog.protection.effects([id]),
    catalog.protection.locks([id]),
    catalog.protection.exceptions([id]),
  ]);
  const now = clock.now();
  const facts: StoreProtectionFacts = {
    ...{ rulebook, instance, capabilities, effects, locks, exceptions, now },
    points: holding?.points ?? [],
    holds: await catalog.holds.active(new Date(now.getTime() - rulebook.retention.releaseGrace.ms)),
    longestLockMs: tuning.longestLockMs,
  };
  return planStoreProtection(facts);
}
