import { type BlobLocker, type ObjectLock, type ObjectVersion, pointPrefix } from '@cbcr/blobstore';
import type { Catalog, ProtectedCopy, RunWriter } from '@cbcr/catalog';
import { type InstanceId, type NewAuditEvent, toCbcrError } from '@cbcr/domain';
import type { StoreProtectionStep } from '@cbcr/policy';

interface Tools {
  catalog: Pick<Catalog, 'protection'>;
  locker: BlobLocker;
  support: Awaited<ReturnType<BlobLocker['support']>>;
  signal: AbortSignal;
}

/** Requests for one copy at a time; each is small. */
const versionsAtOnce = 8;

/** Carries out one step on every version of a copy and records what the store was told. An outage is thrown; everything else is recorded. */
export async function protectCopy(
  { catalog, locker, support, signal }: Tools,
  instance: InstanceId,
  step: StoreProtectionStep,
  writer: RunWriter,
): Promise<{ versions: number; trouble: string | null }> {
  const at = { point: step.point, region: step.region };
  const clear: ProtectedCopy['effects'] = step.clear.map((hold) => ({ hold, state: 'cleared', detail: 'no hold needs it any longer' }));
  const record = (effects: ProtectedCopy['effects'], lock: ProtectedCopy['lock'], audit: NewAuditEvent[] = []) =>
    catalog.protection.record({ ...at, ...writer, effects, lock }, audit);
  if (!support.supported) {
    const { reason } = support;
    await record([...step.set.map((hold) => ({ hold, state: 'unsupported' as const, detail: reason })), ...clear], undefined);
    return { versions: 0, trouble: reason };
  }
  let versions = 0;
  try {
    const locks: (ObjectLock | null)[] = [];
    for await (const batch of batches(locker.listVersions(pointPrefix(instance, step.point), { signal }))) {
      locks.push(...(await Promise.all(batch.map((version) => tell(locker, version, step, signal)))));
      versions += batch.length;
    }
    if (versions === 0) throw new RangeError('no object of the copy was found');
    const detail = `on ${versions} versions`;
    const effects = [...step.set.map((hold) => ({ hold, state: 'set' as const, detail })), ...clear];
    const lock = weakest(locks);
    await record(effects, step.lock === null ? undefined : lock, auditOf(step, locks, writer));
    const isMild = step.lock !== null && !('reason' in step.lock) && step.lock.mode === 'compliance' && lock?.mode !== 'compliance';
    return {
      versions,
      trouble: isMild ? 'the store refuses to raise a governance lock to compliance: the right to bypass it is missing' : null,
    };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message, treatment } = toCbcrError(error);
    if (treatment === 'outage' || treatment === 'lost' || code.startsWith('catalog.')) throw error;
    await record(
      step.set.map((hold) => ({ hold, state: 'failed', detail: message })),
      undefined,
    );
    return { versions, trouble: message };
  }
}

/** The lock of the version afterwards. */
async function tell(
  locker: BlobLocker,
  version: ObjectVersion,
  { legalHold, lock }: StoreProtectionStep,
  signal: AbortSignal,
): Promise<ObjectLock | null> {
  if (legalHold !== null) await locker.setLegalHold(version, legalHold, { signal });
  if (lock === null) return null;
  if (!('reason' in lock)) return await locker.extendLock(version, lock, { signal });
  await locker.liftLock(version, { signal });
  return null;
}

/** A copy is locked until the first of its objects is not, and by nothing stronger than each of them. */
function weakest(locks: readonly (ObjectLock | null)[]): ObjectLock | null {
  const [first = null] = locks;
  return locks.reduce((weaker, lock) => {
    if (weaker === null || lock === null) return null;
    const { until } = lock.until < weaker.until ? lock : weaker;
    return { mode: lock.mode === 'governance' ? lock.mode : weaker.mode, until };
  }, first);
}

function auditOf(
  { point, region, lock: wanted }: StoreProtectionStep,
  locks: readonly (ObjectLock | null)[],
  { run }: RunWriter,
): NewAuditEvent[] {
  const about = { actor: `run:${run}`, subject: `${point}/${region}` };
  if (wanted !== null && 'reason' in wanted) {
    const { reason, until } = wanted;
    return [{ ...about, action: 'lock.bypassed', facts: { point, region, reason, until: until.toISOString() } }];
  }
  const lock = weakest(locks);
  if (wanted === null || lock === null) return [];
  return [{ ...about, action: 'lock.extended', facts: { point, region, mode: lock.mode, until: lock.until.toISOString() } }];
}

async function* batches(versions: AsyncIterable<ObjectVersion>): AsyncGenerator<ObjectVersion[]> {
  let batch: ObjectVersion[] = [];
  for await (const version of versions) {
    batch.push(version);
    if (batch.length < versionsAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
