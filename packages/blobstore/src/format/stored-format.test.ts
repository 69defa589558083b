import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, instanceIdSchema, recoveryPointIdSchema, systemClock } from '@cbcr/domain';
import { describe, expect, test } from 'vitest';
import { collect, regionNamed } from '../../test/sample-point.ts';
import { createFilesystemBlobStore } from '../adapters/filesystem/filesystem-blob-store.ts';
import { DataKey } from '../keys/data-key.ts';
import { createKeyRing } from '../keys/key-ring.ts';
import { manifestKey, parseObjectKey, pointPrefix, segmentKey } from '../object-keys.ts';
import { readStream } from '../reader/read-stream.ts';
import { verifyCopy } from '../reader/verify-copy.ts';
import { readManifest } from '../transfer/manifest-object.ts';
import { openChunk, sealChunk } from './chunk-cipher.ts';
import { decodeChunkHeader, encodeChunkHeader } from './chunk-header.ts';
import type { Manifest } from './manifest.ts';
import { encodeSegmentHeader } from './segment-header.ts';
import { decompressChunk } from './zstd-codec.ts';

const here = import.meta.dirname;
const fixtures = join(here, '../../fixtures/v1');
const documents = join(here, '../../../../docs/formats');
const instance = instanceIdSchema.parse('shop');
const region = regionNamed('region-a');

const plainPoint = {
  name: 'plain',
  id: 'rp_01m3250v00v18cqtb8mm54trr5',
  sha256: '41266e9b7f626f67ff35f6930fe45d864dceb5fef2da568f6fac161a0c8a9cec',
};
const encryptedPoint = {
  name: 'encrypted',
  id: 'rp_01m3250v00rvbj9e8qz6qmf97y',
  sha256: '8190456c9eda7859921ecffd34938cbadcb0d2da3802f42949efa0c3bb079fb7',
};

describe.each([plainPoint, encryptedPoint])('the frozen $name point of version 1', ({ name, id, sha256: expectedSha256 }) => {
  const point = recoveryPointIdSchema.parse(id);
  const root = join(fixtures, name, 'region');
  const keyRingFile = join(fixtures, 'encrypted/key-ring.json');
  const store = createFilesystemBlobStore({ region, root, clock: systemClock });
  const keys = createKeyRing(readFileSync(keyRingFile, 'utf8'));
  const read = () => readManifest(store, { instance, point, expectedSha256, keys });
  const plaintextOf = (stream: string) => readFileSync(join(fixtures, name, 'plaintext', stream));

  test('is read and verified', async () => {
    const { manifest, dataKey } = await read();
    expect(manifest.streams.map((stream) => stream.name)).toEqual(['dump', 'blobs', 'empty']);
    expect(manifest.streams[0]?.segments).toHaveLength(2);
    for (const stream of manifest.streams.map((each) => each.name)) {
      const { readable } = readStream({ manifest, stream, sources: [{ region, store }], dataKey, clock: systemClock });
      expect(Buffer.concat(await collect<Buffer>(readable)).equals(plaintextOf(stream))).toBe(true);
    }
    expect(await verifyCopy({ manifest, copy: { region, store }, dataKey, clock: systemClock })).toEqual(manifest.totals);
  });

  test('has no object that version 1 would not name', async () => {
    const keysFound = (await collect(store.list(''))).map((object) => object.key);
    expect(keysFound).toHaveLength(5);
    for (const key of keysFound) expect(parseObjectKey(key), key).toMatchObject({ instance, point });
  });

  test('is read by the program of the document, which knows nothing of ours', async () => {
    for (const stream of ['dump', 'blobs', 'empty']) {
      const folder = join(root, pointPrefix(instance, point));
      const output = execFileSync(process.execPath, [join(documents, 'restore-by-hand.mjs'), folder, stream, keyRingFile]);
      expect(output.equals(plaintextOf(stream))).toBe(true);
    }
  });
});

test('the frozen plain point is read by the zstd program, from the segments that the manifest names', async () => {
  const { id } = plainPoint;
  const folder = join(fixtures, 'plain/region/v1/shop', id);
  const { streams } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  for (const { name: stream, segments } of streams) {
    const keys = segments.map((segment) => segmentKey(instance, recoveryPointIdSchema.parse(id), { stream, ...segment }));
    const input = Buffer.concat(keys.map((key) => readFileSync(join(fixtures, 'plain/region', key))));
    expect(execFileSync('zstd', ['-dc'], { input }).equals(readFileSync(join(fixtures, 'plain/plaintext', stream)))).toBe(true);
  }
});

describe('the test vectors of the document', () => {
  const vectors = JSON.parse(readFileSync(join(documents, 'stored-format-v1.vectors.json'), 'utf8'));
  const bytesOf = (name: string) => Buffer.from(vectors[name], 'hex');
  const point = recoveryPointIdSchema.parse(vectors.point);
  const dataKey = DataKey.fromBytes(bytesOf('dataKey'));

  test('keys of objects', () => {
    const { stream, segment: number, writeToken } = vectors;
    expect(segmentKey(instance, point, { stream, number, writeToken })).toBe(vectors.segmentKey);
    expect(manifestKey(instance, point)).toBe(vectors.manifestKey);
  });

  test('a sealed chunk and what goes into it', async () => {
    const header = encodeSegmentHeader({ point, stream: vectors.stream, segment: vectors.segment, encrypted: true, salt: bytesOf('salt') });
    expect(header).toEqual(bytesOf('segmentHeader'));
    const chunkHeader = decodeChunkHeader(bytesOf('chunkHeader'));
    expect(encodeChunkHeader(chunkHeader)).toEqual(bytesOf('chunkHeader'));
    const key = dataKey.segmentKey(bytesOf('salt'));
    expect(key).toEqual(bytesOf('segmentSubkey'));
    const at = { chunk: chunkHeader.chunk, associatedData: Buffer.concat([header, bytesOf('chunkHeader')]) };
    const sealed = Buffer.alloc(bytesOf('sealedChunk').length);
    sealChunk(key, at, bytesOf('compressedChunk'), sealed, 0);
    expect(sealed).toEqual(bytesOf('sealedChunk'));
    const opened = openChunk(key, at, sealed);
    expect((await decompressChunk(opened, chunkHeader.plaintextBytes)).toString()).toBe(vectors.plaintext);
  });

  test('a wrapped key', async () => {
    const ring = { [vectors.keyId]: bytesOf('wrappingKey').toString('base64') };
    const keys = createKeyRing(JSON.stringify(ring), { randomBytes: () => bytesOf('wrappingSalt') });
    expect(await keys.wrap({ keyId: vectors.keyId, point, dataKey })).toBe(vectors.wrapped);
    const unwrapped = await keys.unwrap({ keyId: vectors.keyId, point, wrapped: vectors.wrapped });
    expect(unwrapped.exposeForWrapping()).toEqual(bytesOf('dataKey'));
  });

  test('a canonical text and its code of authentication', () => {
    expect(canonicalJson(vectors.json)).toBe(vectors.canonicalJson);
    expect(dataKey.manifestMac(Buffer.from(vectors.canonicalJson))).toBe(vectors.mac);
  });
});
