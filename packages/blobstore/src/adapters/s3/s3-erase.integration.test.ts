import { DeleteObjectCommand, PutObjectLegalHoldCommand, PutObjectRetentionCommand } from '@aws-sdk/client-s3';
import { instanceIdSchema, issueDeletionPermit, recoveryPointIdSchema, systemClock } from '@cbcr/domain';
import { createS3Client, createTestBucket } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { expect, inject, test } from 'vitest';
import { openS3 } from '../../../test/open-s3.ts';
import { expectContent, putNew, sampleBytes } from '../../contract/expect.ts';
import type { StoredVersion } from '../../erase/blob-eraser.ts';
import { pointPrefix } from '../../object-keys.ts';

test('what the store locks or holds is refused version by version, and the rest of the batch goes', async () => {
  const settings = await createTestBucket(inject('s3'));
  const client = createS3Client(settings);
  const store = await openS3(settings);
  const instance = instanceIdSchema.parse('shop');
  const point = recoveryPointIdSchema.parse(`rp_${'0'.repeat(26)}`);
  const keyOf = (name: string) => `${pointPrefix(instance, point)}${name}`;
  const at = (name: string) => ({ Bucket: settings.bucket, Key: keyOf(name) });
  for (const name of ['free', 'held', 'locked']) await putNew(store, keyOf(name), sampleBytes(100, name.length));
  const until = new Date(Math.ceil(systemClock.now().getTime() / 1000) * 1000 + 3_600_000);
  await client.send(new PutObjectRetentionCommand({ ...at('locked'), Retention: { Mode: 'COMPLIANCE', RetainUntilDate: until } }));
  await client.send(new PutObjectLegalHoldCommand({ ...at('held'), LegalHold: { Status: 'ON' } }));

  const eraser = store.openEraser(issueDeletionPermit({ instance, point, region: store.region, purpose: 'retention', keeps: 'nothing' }));
  const list = async () => {
    const found: StoredVersion[] = [];
    for await (const version of eraser.listVersions()) found.push(version);
    return found;
  };
  const versions = await list();
  const named = (name: string) => versions.filter(({ key }) => key === keyOf(name));
  expect(await Promise.all(['free', 'held', 'locked'].flatMap(named).map((version) => eraser.lockOf(version)))).toEqual([
    null,
    { retainUntil: null, legalHold: true },
    { retainUntil: until, legalHold: false },
  ]);
  const outcomes = await eraser.deleteVersions(versions);
  expect(outcomes.map(({ version, outcome }) => [version.key, outcome])).toEqual([
    [keyOf('free'), 'erased'],
    [keyOf('held'), 'refused'],
    [keyOf('locked'), 'refused'],
  ]);
  // A raw client cannot either.
  for (const version of [...named('held'), ...named('locked')]) {
    const command = new DeleteObjectCommand({ Bucket: settings.bucket, Key: version.key, VersionId: version.versionId ?? undefined });
    await expect(client.send(command)).rejects.toThrow(/AccessDenied|locked|protected/i);
  }
  expect((await list()).map(({ key }) => key)).toEqual([keyOf('held'), keyOf('locked')]);
  await expectContent(store, keyOf('locked'), sampleBytes(100, 'locked'.length));

  await client.send(new PutObjectLegalHoldCommand({ ...at('held'), LegalHold: { Status: 'OFF' } }));
  expect((await eraser.deleteVersions(named('held'))).map(({ outcome }) => outcome)).toEqual(['erased']);
  await store.close();
  client.destroy();
});
