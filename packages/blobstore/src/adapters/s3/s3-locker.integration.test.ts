import { CreateBucketCommand, DeleteObjectCommand } from '@aws-sdk/client-s3';
import { systemClock } from '@cbcr/domain';
import { createS3Client, createTestBucket, type S3Settings } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openS3, openS3Locker } from '../../../test/open-s3.ts';
import type { BlobStore, PutOptions } from '../../blob-store.ts';
import { sampleBytes } from '../../contract/expect.ts';
import type { BlobLocker, ObjectVersion } from '../../lock/blob-locker.ts';
import { sha256Of } from '../../reader/sha256.ts';

let settings: S3Settings;
let store: BlobStore;
let locker: BlobLocker;
let client: ReturnType<typeof createS3Client>;
beforeAll(async () => {
  settings = await createTestBucket(inject('s3'));
  client = createS3Client(settings);
  store = await openS3(settings, 'team-a');
  locker = await openS3Locker(settings, 'team-a');
});
afterAll(async () => {
  await store.close();
  await locker.close();
  client.destroy();
});

const inMinutes = (minutes: number) => new Date(Math.ceil(systemClock.now().getTime() / 1_000 + minutes * 60) * 1_000);
const put = async (key: string, lock?: PutOptions['lock'], to = store) => {
  const body = sampleBytes(100, key.length);
  await to.put(key, body, { sha256: await sha256Of(body), ifAbsent: false, replace: true, lock });
};
const versionsOf = async (key: string) => {
  const found: ObjectVersion[] = [];
  for await (const version of locker.listVersions(key)) found.push(version);
  return found;
};
const onlyVersion = async (key: string) => {
  const [version, ...others] = await versionsOf(key);
  if (version === undefined || others.length > 0) throw new Error(`${key} has one version`);
  return version;
};
const remove = ({ key, versionId }: ObjectVersion) =>
  client.send(new DeleteObjectCommand({ Bucket: settings.bucket, Key: `team-a/${key}`, VersionId: versionId }));
const refused = /AccessDenied|locked|protected|WORM/i;

test('the bucket says that it can hold and lock', async () => {
  expect(await locker.support()).toEqual({ supported: true });
});

test('an object that is put with a lock cannot be deleted, and says until when', async () => {
  const until = inMinutes(60);
  await put('locked', { mode: 'compliance', until });
  const version = await onlyVersion('locked');
  expect(await locker.getProtection(version)).toEqual({ lock: { mode: 'compliance', until }, legalHold: false });
  await expect(remove(version)).rejects.toThrow(refused);
  // A delete without a version hides the object and keeps it: the marker is no version.
  await store.delete('locked');
  expect(await onlyVersion('locked')).toEqual(version);
});

test('every version has its own hold; it goes on and off, and as long as it is on the version stays', async () => {
  await put('held');
  await put('held');
  const versions = await versionsOf('held');
  expect(versions).toHaveLength(2);
  for (const version of versions) {
    await locker.setLegalHold(version, true);
    await locker.setLegalHold(version, true);
    expect(await locker.getProtection(version)).toEqual({ lock: null, legalHold: true });
    await expect(remove(version)).rejects.toThrow(refused);
    await locker.setLegalHold(version, false);
    expect(await locker.getProtection(version)).toEqual({ lock: null, legalHold: false });
    await remove(version);
    expect(await locker.getProtection(version)).toBeNull();
  }
});

test.each(['governance', 'compliance'] as const)(
  'a lock is extended and never shortened, and %s mode stays where the store raises none',
  async (mode) => {
    const key = `extended-${mode}`;
    await put(key);
    const version = await onlyVersion(key);
    const first = { mode, until: inMinutes(30) };
    expect(await locker.extendLock(version, first)).toEqual(first);
    expect(await locker.extendLock(version, { mode, until: inMinutes(5) })).toEqual(first);
    const longer = { mode: mode === 'governance' ? 'compliance' : 'governance', until: inMinutes(50) } as const;
    // This server refuses to change the mode, whatever right one has: the lock is extended all the same, and the answer says what it is.
    expect(await locker.extendLock(version, longer)).toEqual({ ...longer, mode });
    expect(await locker.getProtection(version)).toMatchObject({ lock: { mode, until: longer.until } });
  },
);

test('a governance lock can be lifted, a compliance lock cannot', async () => {
  for (const mode of ['governance', 'compliance'] as const) {
    await put(mode, { mode, until: inMinutes(60) });
    const version = await onlyVersion(mode);
    await locker.liftLock(version);
    const until = (await locker.getProtection(version))?.lock?.until.getTime() ?? 0;
    if (mode === 'compliance') expect(until).toBeGreaterThan(inMinutes(30).getTime());
    else expect(until).toBeLessThan(inMinutes(1).getTime());
  }
});

test('a bucket that was made without object lock says so, and takes no object that shall be locked', async () => {
  const bucket = `${settings.bucket}-plain`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const [plain, plainLocker] = [await openS3({ ...settings, bucket }), await openS3Locker({ ...settings, bucket })];
  expect(await plainLocker.support()).toEqual({ supported: false, reason: expect.stringContaining('object lock') });
  await expect(put('locked', { mode: 'governance', until: inMinutes(60) }, plain)).rejects.toMatchObject({ code: 'lock.unsupported' });
  expect(await plain.head('locked')).toBeNull();
  await plain.close();
  await plainLocker.close();
});
