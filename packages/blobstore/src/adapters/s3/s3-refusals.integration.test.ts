import { inspect } from 'node:util';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { createReadOnlyLogin, createS3Client, createTestBucket, type S3Settings } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { openS3 } from '../../../test/open-s3.ts';
import type { BlobStore } from '../../blob-store.ts';
import { expectContent, listKeys, putNew, rejectionOf, sampleBytes } from '../../contract/expect.ts';

const body = sampleBytes(1_000, 1);
let settings: S3Settings;
beforeAll(async () => {
  settings = await createTestBucket(inject('s3'));
});

async function open(changes: Partial<S3Settings> = {}, prefix = ''): Promise<BlobStore> {
  const store = await openS3({ ...settings, ...changes }, prefix);
  onTestFinished(() => store.close());
  return store;
}

const calls: [string, (store: BlobStore) => Promise<unknown>][] = [
  ['put', (store) => putNew(store, 'key', body)],
  ['get', (store) => store.get('key')],
  ['head', (store) => store.head('key')],
  ['list', (store) => listKeys(store, '')],
  ['delete', (store) => store.delete('key')],
  ['probe', (store) => store.probe()],
  ['ping', (store) => store.ping()],
];

test.each(calls)('%s on a bucket that does not exist says so', async (_name, call) => {
  const store = await open({ bucket: 'no-such-bucket-here' });
  await expect(call(store)).rejects.toMatchObject({ code: 'store.bucket-missing', facts: { bucket: 'no-such-bucket-here' } });
});

test.each(calls)('%s with a wrong secret is denied, and the error does not hold the secret', async (_name, call) => {
  const secretAccessKey = 'a-secret-that-is-wrong';
  const store = await open({ secretAccessKey });
  const error = await rejectionOf(() => call(store));
  expect(error).toMatchObject({ code: 'store.denied' });
  expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(secretAccessKey);
});

test.each(calls)('%s on a host that does not exist is an outage', async (_name, call) => {
  const store = await open({ endpoint: 'http://no-such-host.invalid:9000' });
  await expect(call(store)).rejects.toMatchObject({ code: 'store.unreachable' });
});

test.each(calls.filter(([name]) => name !== 'delete'))('%s on a bucket that is elsewhere says where', async (_name, call) => {
  const store = await open({ region: 'another-place' });
  const failure = expect(call(store)).rejects;
  await failure.toMatchObject({ code: 'store.bucket-elsewhere', facts: { cause: expect.stringContaining(settings.region) } });
});

describe('a bucket that is open for reading only', () => {
  let reader: S3Settings;
  beforeAll(async () => {
    reader = await createReadOnlyLogin(settings, inject('serverEnvironment'));
  });

  test.each(calls.filter(([name]) => ['put', 'delete', 'probe'].includes(name)))(
    'refuses to %s, and says what it refused',
    async (name, call) => {
      const store = await open(reader);
      const error = await rejectionOf(() => call(store));
      // The first put asks the bucket what it can do.
      expect(error).toMatchObject({ code: 'store.denied', facts: { operation: name === 'put' ? 'probe' : name } });
      expect(error).toMatchObject({ message: expect.stringContaining('AccessDenied') });
    },
  );

  test('can be read and listed', async () => {
    await putNew(await open(), 'readable', body);
    await expectContent(await open(reader), 'readable', body);
    expect(await listKeys(await open(reader), 'readable')).toEqual(['readable']);
  });
});

test('a bucket without versions and locks is found to be one', async () => {
  const bucket = `${settings.bucket}-plain`;
  const client = createS3Client(settings);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  const store = await open({ bucket });
  expect(await store.probe()).toMatchObject({ conditionalPut: true, objectLock: false, checksums: true });
});

test('a listing goes over as many pages as it takes, and goes on after any key', async () => {
  const store = await open();
  const keys = Array.from({ length: 1_050 }, (_, number) => `pages/${String(number).padStart(5, '0')}`);
  for (let first = 0; first < keys.length; first += 50)
    await Promise.all(keys.slice(first, first + 50).map((key) => putNew(store, key, body)));
  expect(await listKeys(store, 'pages/')).toEqual(keys);
  expect(await listKeys(store, 'pages/', keys[20])).toEqual(keys.slice(21));
});

test('two stores of one bucket with different prefixes do not see each other', async () => {
  const [one, other] = [await open({}, 'one'), await open({}, 'one-more/')];
  await putNew(one, 'key', body);
  expect(await listKeys(other, '')).toEqual([]);
  await putNew(other, 'key', sampleBytes(10, 2));
  await expectContent(one, 'key', body);
  expect(await listKeys(await open(), 'one')).toEqual(['one-more/key', 'one/key']);
});
