import { type BlobLocker, pointPrefix } from '@cbcr/blobstore';
import { type InstanceId, type RecoveryPointId, type Region, toCbcrError } from '@cbcr/domain';
import type { OperationDependencies } from '../operation-dependencies.ts';
import type { StoreLocks } from '../retention/store-locks.ts';

/** Of all that a locker can do, what changes nothing. */
type LockReader = Pick<BlobLocker, 'listVersions' | 'getProtection'>;

/** Versions that are asked for at once. */
const askedAtOnce = 100;

/** Asks a store that can lock what it says against the end of what lies of a point; gives nothing that could change it. */
export async function openGarbageLocks(
  { openLocker, clock }: Pick<OperationDependencies, 'openLocker' | 'clock'>,
  region: Region,
  signal: AbortSignal,
): Promise<(instance: InstanceId, point: RecoveryPointId) => Promise<StoreLocks>> {
  const locker = await openLocker(region);
  const supported = await canLock(locker, signal);
  return async (instance, point) =>
    supported ? await readLocks(locker, pointPrefix(instance, point), clock.now(), signal) : { lockedUntil: null, holds: [] };
}

/** A store that refuses to say it does not end the search: whoever deletes asks every version again. */
async function canLock(locker: BlobLocker, signal: AbortSignal): Promise<boolean> {
  try {
    return (await locker.support({ signal })).supported;
  } catch (error) {
    signal.throwIfAborted();
    if (toCbcrError(error).treatment === 'outage') throw error;
    return false;
  }
}

/** As far as the first batch in which the store keeps something: that is enough to leave it all. */
async function readLocks(locker: LockReader, prefix: string, now: Date, signal: AbortSignal): Promise<StoreLocks> {
  let batch: Parameters<LockReader['getProtection']>[0][] = [];
  const ask = async (): Promise<StoreLocks> => {
    const found = await Promise.all(batch.map((version) => locker.getProtection(version, { signal })));
    const held = batch[found.findIndex((protection) => protection?.legalHold === true)];
    batch = [];
    const dates = found.flatMap((protection) => protection?.lock?.until.getTime() ?? []).filter((untilMs) => untilMs > now.getTime());
    return {
      lockedUntil: dates.length === 0 ? null : new Date(Math.max(...dates)),
      holds: held === undefined ? [] : [{ rule: 'store-hold', text: `a legal hold is set on ${held.key} at the store` }],
    };
  };
  for await (const version of locker.listVersions(prefix, { signal })) {
    batch.push(version);
    if (batch.length < askedAtOnce) continue;
    const locks = await ask();
    if (locks.lockedUntil !== null || locks.holds.length > 0) return locks;
  }
  return ask();
}
