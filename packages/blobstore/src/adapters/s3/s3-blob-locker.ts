import {
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import type { Clock } from '@cbcr/domain';
import type { BlobLocker, ObjectLock, ObjectVersion, VersionProtection } from '../../lock/blob-locker.ts';
import { atTheEdge, type S3Bucket, sendOptions } from './bucket.ts';
import { lockModes, wholeSeconds } from './lock-words.ts';
import { isNotFound, isRefusal } from './translate-s3-error.ts';

/** A store refuses a date that is over by the time it looks at it. */
const soonMs = 3_000;

/** `close` destroys the client. */
export function createS3BlobLocker(store: S3Bucket, clock: Pick<Clock, 'now'>): BlobLocker {
  const { region, client, bucket, prefix } = store;
  const at = ({ key, versionId }: ObjectVersion) => ({ Bucket: bucket, Key: prefix + key, VersionId: versionId });
  const read = async (version: ObjectVersion, signal: AbortSignal | undefined): Promise<VersionProtection | null> => {
    const head = await client.send(new HeadObjectCommand(at(version)), sendOptions(signal)).catch((error) => {
      if (isNotFound(error)) return null;
      throw error;
    });
    if (head === null) return null;
    const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = head;
    return {
      lock: mode === undefined || until === undefined ? null : { mode: mode === 'COMPLIANCE' ? 'compliance' : 'governance', until },
      legalHold: head.ObjectLockLegalHoldStatus === 'ON',
    };
  };
  const retain = async (version: ObjectVersion, { mode, until }: ObjectLock, bypass: boolean, signal: AbortSignal | undefined) => {
    const Retention = { Mode: lockModes[mode], RetainUntilDate: until };
    await client.send(new PutObjectRetentionCommand({ ...at(version), Retention, BypassGovernanceRetention: bypass }), sendOptions(signal));
  };

  return {
    region,
    support: ({ signal } = {}) =>
      atTheEdge(store, { operation: 'lock', signal }, async () => {
        try {
          const answer = await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }), sendOptions(signal));
          if (answer.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled') return { supported: true };
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
        return { supported: false, reason: `the bucket ${bucket} was made without object lock, which its legal holds need too` };
      }),
    async *listVersions(below, { signal } = {}) {
      let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | null = {};
      while (from !== null) {
        const { KeyMarker, VersionIdMarker } = from;
        const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
          ...{ Bucket: bucket, Prefix: prefix + below },
          ...(KeyMarker !== undefined && { KeyMarker }),
          ...(VersionIdMarker !== undefined && { VersionIdMarker }),
        });
        const page = await atTheEdge(store, { operation: 'list', signal }, () => client.send(command, sendOptions(signal)));
        for (const { Key = '', VersionId = 'null' } of page.Versions ?? []) yield { key: Key.slice(prefix.length), versionId: VersionId };
        from = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : null;
      }
    },
    getProtection: (version, { signal } = {}) =>
      atTheEdge(store, { operation: 'lock', key: version.key, signal }, () => read(version, signal)),
    setLegalHold: (version, on, { signal } = {}) =>
      atTheEdge(store, { operation: 'lock', key: version.key, signal }, async () => {
        const LegalHold = { Status: on ? 'ON' : 'OFF' } as const;
        await client.send(new PutObjectLegalHoldCommand({ ...at(version), LegalHold }), sendOptions(signal));
      }),
    extendLock: (version, { mode, until }, { signal } = {}) =>
      atTheEdge(store, { operation: 'lock', key: version.key, signal }, async () => {
        const present = (await read(version, signal))?.lock ?? null;
        if (present?.mode === 'governance' && mode === 'compliance') {
          const raised: ObjectLock = { mode, until: wholeSeconds(new Date(Math.max(present.until.getTime(), until.getTime()))) };
          try {
            await retain(version, raised, true, signal);
            return raised;
          } catch (error) {
            // Without the right to bypass, it can still be extended.
            if (!isRefusal(error)) throw error;
          }
        }
        if (present !== null && present.until >= until) return present;
        const wanted: ObjectLock = { mode: present?.mode ?? mode, until: wholeSeconds(until) };
        await retain(version, wanted, false, signal);
        return wanted;
      }),
    liftLock: (version, { signal } = {}) =>
      atTheEdge(store, { operation: 'lock', key: version.key, signal }, async () => {
        const lock = (await read(version, signal))?.lock ?? null;
        const soon = wholeSeconds(new Date(clock.now().getTime() + soonMs));
        if (lock === null || lock.mode === 'compliance' || lock.until <= soon) return;
        await retain(version, { mode: 'governance', until: soon }, true, signal);
      }),
    close: async () => client.destroy(),
  };
}
