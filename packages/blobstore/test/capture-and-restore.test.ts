import { randomBytes } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createIdFactory, systemClock } from '@cbcr/domain';
import { createTemporaryFolder, type TemporaryFolder } from '@cbcr/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFilesystemBlobStore } from '../src/adapters/filesystem/filesystem-blob-store.ts';
import { withChecksum } from '../src/decorators/checksum.ts';
import {
  copySegments,
  createFanOut,
  createKeyRing,
  DataKey,
  encodeManifest,
  encodeStream,
  type FanOut,
  type ManifestStream,
  putManifest,
  readManifest,
  readStream,
  verifyCopy,
} from '../src/index.ts';
import { collect, instance, regionNamed } from './sample-point.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await createTemporaryFolder();
});
afterAll(() => folder.remove());

const names = ['region-a', 'region-b', 'region-c'];
const mebibyte = 1 << 20;
const ids = createIdFactory({ now: () => new Date(1_790_000_000_000) }, randomBytes);
const keys = createKeyRing(JSON.stringify({ shared: randomBytes(32).toString('base64') }));
const rootOf = (name: string) => join(folder.path, name);
/** The disk of a region disappears, and comes back with what it held. */
const takeAway = (name: string) => rename(rootOf(name), `${rootOf(name)}.away`);
const bringBack = (name: string) => rename(`${rootOf(name)}.away`, rootOf(name));

function openRegion(name: string) {
  const region = regionNamed(name);
  return { region, store: withChecksum(createFilesystemBlobStore({ region, root: rootOf(name), clock: systemClock })) };
}

/** The plaintext in pieces; at half of it, `atHalf` happens. */
async function* produce(bytes: Buffer, atHalf: () => Promise<void>) {
  const pieceBytes = 64 * 1024;
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    if (start === bytes.length / 2) await atHalf();
    yield bytes.subarray(start, start + pieceBytes);
  }
}

async function storeStream(
  fanOut: FanOut,
  input: Readable,
  point: ReturnType<typeof ids.recoveryPointId>,
  dataKey: DataKey,
): Promise<ManifestStream> {
  const sizes = { chunkBytes: mebibyte, segmentBytes: 2 * mebibyte };
  const encoded = encodeStream(input, { point, stream: 'dump', dataKey, newWriteToken: () => ids.writeToken(), randomBytes, ...sizes });
  for await (const segment of encoded) await fanOut.write(segment);
  return encoded.summary();
}

test('a capture outlives a region on real disks, a restore outlives another, and what is owed is brought later', async () => {
  for (const name of names) await mkdir(rootOf(name));
  const targets = names.map(openRegion);
  const [a, b, c] = targets;
  if (a === undefined || b === undefined || c === undefined) throw new Error('three regions are needed');
  const point = ids.recoveryPointId();
  const at = { instance, point };
  const plaintext = randomBytes(24 * mebibyte);
  const dataKey = DataKey.generate(randomBytes);

  const fanOut = createFanOut({ ...at, targets, clock: systemClock, windowBytes: 8 * mebibyte });
  const input = Readable.from(produce(plaintext, () => takeAway('region-b')));
  const stream = await storeStream(fanOut, input, point, dataKey);
  await fanOut.finish();
  const outcomes = fanOut.outcomes();
  expect(outcomes.map(({ state }) => state)).toEqual(['complete', 'detached', 'complete']);
  expect(outcomes[1]?.error).toMatchObject({ code: 'store.unreachable' });
  expect(outcomes[1]?.segments.length).toBeGreaterThan(0);

  const encoded = encodeManifest(
    {
      point,
      instance: { id: instance, engine: 'files', dataClass: 'default', labels: {} },
      source: { serverVersion: '', toolVersion: '', facts: {} },
      capturedAt: new Date(1_790_000_000_000).toISOString(),
      completedAt: new Date(1_790_000_009_000).toISOString(),
      policyHash: 'none',
      encryption: {
        algorithm: 'aes-256-gcm',
        wrappedKeys: [{ keyId: 'shared', wrapped: await keys.wrap({ keyId: 'shared', point, dataKey }) }],
      },
      streams: [stream],
    },
    dataKey,
  );
  for (const { store } of [a, c]) await putManifest(store, encoded.bytes, at);

  // The region comes back: only what it misses moves.
  await bringBack('region-b');
  const copied = await copySegments({ manifest: encoded.manifest, sources: [a, c], target: b, clock: systemClock });
  expect(copied.presentBytes).toBe(outcomes[1]?.storedBytes);
  expect(copied.movedBytes + copied.presentBytes).toBe(encoded.manifest.totals.storedBytes);
  await putManifest(b.store, encoded.bytes, at);
  expect(await verifyCopy({ manifest: encoded.manifest, copy: b, dataKey, clock: systemClock })).toEqual(encoded.manifest.totals);

  // The best source dies in the middle of the restore.
  const read = await readManifest(c.store, { ...at, keys, expectedSha256: encoded.sha256 });
  const { readable, segmentsFrom } = readStream({ ...read, stream: 'dump', sources: [a, b], clock: systemClock, concurrency: 1 });
  const chunks: Buffer[] = [];
  for await (const chunk of readable) {
    chunks.push(chunk);
    if (chunks.length === 4) await takeAway('region-a');
  }
  expect(Buffer.concat(chunks).equals(plaintext)).toBe(true);
  expect([...segmentsFrom.keys()]).toEqual(['region-a', 'region-b']);
  expect(await collect(b.store.list(''))).toHaveLength(encoded.manifest.totals.segments + 1);
}, 30_000);
