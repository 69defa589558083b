import { type BlobLocker, pointPrefix } from '@cbcr/blobstore';
import type { InstanceId, RecoveryPointId, Region } from '@cbcr/domain';
import type { OperationDependencies } from '../operation-dependencies.ts';
import type { StoreLocks } from '../retention/store-locks.ts';

/** Of all that a locker can do, what changes nothing. */
type LockReader = Pick<BlobLocker, 'listVersions' | 'getProtection'>;

/** Versions that are asked for at once. */
const askedAtOnce = 100;

/** Asks a store that can lock what it says against the end of what lies of a point; gives nothing that could change it. */
export async function openGarbageLocks(
  { openLocker }: Pick<OperationDependencies, 'openLocker'>,
  region: Region,
  signal: AbortSignal,
): Promise<(instance: InstanceId, point: RecoveryPointId) => Promise<StoreLocks>> {
  const locker = await openLocker(region);
  const { supported } = await locker.support({ signal });
  return async (instance, point) =>
    supported ? await readLocks(locker, pointPrefix(instance, point), signal) : { lockedUntil: null, holds: [] };
}

/** As far as the first batch in which the store keeps something: that is enough to leave it all. */
async function readLocks(locker: LockReader, prefix: string, signal: AbortSignal): Promise<StoreLocks> {
  let batch: Parameters<LockReader['getProtection']>[0][] = [];
  const ask = async (): Promise<StoreLocks> => {
    const found = await Promise.all(batch.map((version) => locker.getProtection(version, { signal })));
    const held = batch[found.findIndex((protection) => protection?.legalHold === true)];
    batch = [];
    const dates = found.flatMap((protection) => protection?.lock?.until.getTime() ?? []);
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
