import { createHash } from 'node:crypto';
import { createServer, request } from 'node:http';
import { type BlobStore, composeStore, type StoredVersion, segmentKey } from '@cbcr/blobstore';
import { createStore } from '@cbcr/blobstore/adapters';
import { systemClock as clock, instanceIdSchema, issueDeletionPermit, recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { createTestBucket } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createErasePace } from './erase-pace.ts';
import { eraseVersions } from './erase-versions.ts';

const region = regionIdSchema.parse('alpha');
const instance = instanceIdSchema.parse('shop');
const point = recoveryPointIdSchema.parse(`rp_${'1'.repeat(26)}`);
const signal = new AbortController().signal;
/** When each request that removes reached the server, by its own kind. */
const requests: { kind: 'many' | 'one'; atMs: number }[] = [];
let store: BlobStore;
let close: () => Promise<void>;

beforeAll(async () => {
  const settings = await createTestBucket(inject('s3'));
  const target = new URL(settings.endpoint);
  // Hands everything on as it is, so that what counts is what a server sees.
  const counting = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    if (method === 'POST' && /[?&]delete(?:=|&|$)/.test(url)) requests.push({ kind: 'many', atMs: clock.monotonicMs() });
    if (method === 'DELETE') requests.push({ kind: 'one', atMs: clock.monotonicMs() });
    const onward = request({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve));
  const address = counting.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on a port');
  const { bucket, accessKeyId, secretAccessKey } = settings;
  const endpoint = `http://127.0.0.1:${address.port}`;
  const spec = { kind: 's3', endpoint, bucket, region: settings.region, accessKeyId: 'env:ACCESS', secretAccessKey: 'env:SECRET' };
  const resolveSecret = async (reference: string) => (reference === 'env:ACCESS' ? accessKeyId : secretAccessKey);
  store = composeStore(await createStore(spec, { region, resolveSecret, clock }), { clock, random: () => 0.5 });
  close = async () => {
    await store.close();
    counting.closeAllConnections();
    await new Promise((resolve) => counting.close(resolve));
  };
}, 120_000);
afterAll(() => close());

test('2,100 versions go in three requests of at most a thousand, no faster than the pace lets them', { timeout: 300_000 }, async () => {
  const count = 2_100;
  const body = Buffer.from('x');
  const sha256 = createHash('sha256').update(body).digest('hex');
  const keys = Array.from({ length: count }, (_, number) =>
    segmentKey(instance, point, { stream: 'data', number, writeToken: '0123456789abcdef' }),
  );
  await Promise.all(keys.map((key) => store.put(key, body, { sha256, ifAbsent: true })));
  const eraser = store.openEraser(issueDeletionPermit({ instance, point, region, purpose: 'retention', keeps: 'nothing' }));
  const perSecond = 500;
  // Storing may remove something of its own, when an answer was lost.
  requests.length = 0;
  const erased: number[] = [];
  const beginMs = clock.monotonicMs();
  await eraseVersions({
    ...{ eraser, goes: () => true, fence: () => undefined, signal },
    pace: createErasePace({ clock, perSecond }),
    onErased: async ({ versions }) => void erased.push(versions),
  });
  expect(erased).toEqual([1_000, 1_000, 100]);
  expect(requests.map(({ kind }) => kind)).toEqual(['many', 'many', 'many']);
  // What went before a request was paid for by then; how slow the machine is does not matter. Timers may be early by a little.
  const sent = [0, 1_000, 2_000];
  for (const [index, { atMs }] of requests.entries()) {
    expect(atMs - beginMs).toBeGreaterThan(((sent[index] ?? 0) / perSecond) * 1000 - 50);
  }
  const left: StoredVersion[] = [];
  for await (const version of eraser.listVersions()) left.push(version);
  expect(left).toEqual([]);
});
