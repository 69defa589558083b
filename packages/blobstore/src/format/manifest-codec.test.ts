import { CbcrError, canonicalJson, isCbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createKeys, createSamplePoint, regionNamed, type SamplePoint } from '../../test/sample-point.ts';
import { decodeManifest, encodeManifest } from './manifest-codec.ts';

const region = regionNamed('region-a');
const read = (sample: SamplePoint, bytes: Uint8Array, options: { expectedSha256?: string } = {}) =>
  decodeManifest(bytes, { point: sample.point, region, keys: sample.keys, ...options });
const flipBit = (bytes: Uint8Array, bit: number) => {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
  return flipped;
};

test('a manifest comes back whole, with its data key', async () => {
  for (const encrypted of [true, false]) {
    const sample = await createSamplePoint({ encrypted });
    const { bytes, sha256, manifest } = sample.encoded;
    const decoded = await read(sample, bytes, { expectedSha256: sha256 });
    expect(decoded.manifest).toEqual(manifest);
    expect(decoded.sha256).toBe(sha256);
    expect(decoded.dataKey?.exposeForWrapping()).toEqual(sample.dataKey?.exposeForWrapping());
    expect(manifest.totals).toEqual({
      plaintextBytes: 10_500,
      storedBytes: sample.segments.reduce((sum, segment) => sum + segment.bytes.length, 0),
      segments: sample.segments.length,
    });
  }
});

test('the same content gives the same bytes, whatever the order of its members', async () => {
  const { encoded, dataKey } = await createSamplePoint();
  const { formatVersion, codec, totals, mac, ...content } = encoded.manifest;
  const reversed = Object.fromEntries(Object.entries(content).reverse()) as typeof content;
  expect(encodeManifest(reversed, dataKey)).toEqual(encoded);
  expect([formatVersion, codec, totals.segments > 0, typeof mac]).toEqual([1, 'zstd', true, 'string']);
});

test('with the hash of the catalog every flipped bit is a corrupt manifest that names its region', async () => {
  const sample = await createSamplePoint();
  const { bytes, sha256 } = sample.encoded;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    await expect(read(sample, flipBit(bytes, bit), { expectedSha256: sha256 })).rejects.toMatchObject({
      code: 'format.manifest-corrupt',
      facts: { region, point: sample.point },
    });
  }
});

test('without a catalog an encrypted manifest still notices every flipped bit', async () => {
  const sample = await createSamplePoint();
  const { bytes } = sample.encoded;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = flipBit(bytes, bit);
    await expect(read(sample, flipped), flipped.toString()).rejects.toBeInstanceOf(CbcrError);
  }
});

test('without a catalog a manifest that was changed with care, and is canonical again, is still noticed', async () => {
  const sample = await createSamplePoint();
  const text = Buffer.from(sample.encoded.bytes).toString();
  const changes: [RegExp | string, string][] = [
    ['"capturedAt":"2026-11-23', '"capturedAt":"2026-11-24'],
    ['"serverVersion":"17.2"', '"serverVersion":"17.3"'],
    [/"writeToken":"[0-9a-f]{16}"/, '"writeToken":"0000000000000000"'],
    ['"dataClass":"default"', '"dataClass":"public"'],
    ['"format":"tar"', '"format":"zip"'],
  ];
  for (const [from, to] of changes) {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    await expect(read(sample, Buffer.from(changed))).rejects.toMatchObject({ code: 'format.manifest-corrupt', facts: { region } });
  }
});

test('a manifest of another point, an unknown member and another way of writing are refused', async () => {
  const sample = await createSamplePoint({ encrypted: false });
  const other = await createSamplePoint({ encrypted: false, seed: 2 });
  const text = Buffer.from(sample.encoded.bytes).toString();
  const corrupt = { code: 'format.manifest-corrupt', facts: { region } };
  await expect(read(sample, other.encoded.bytes)).rejects.toMatchObject(corrupt);
  await expect(read(sample, Buffer.from(text.replace('{', '{"password":"x",')))).rejects.toMatchObject(corrupt);
  await expect(read(sample, Buffer.from(` ${text}`))).rejects.toMatchObject(corrupt);
  await expect(read(sample, Buffer.from(text.replace('"codec":"zstd"', '"codec":"zstd","codec":"zstd"')))).rejects.toMatchObject(corrupt);
  for (let length = 0; length < text.length; length += 7)
    await expect(read(sample, Buffer.from(text.slice(0, length)))).rejects.toMatchObject(corrupt);
});

test('contradictions inside a manifest are refused, even when its form is right', async () => {
  const sample = await createSamplePoint({ encrypted: false });
  const { manifest } = sample.encoded;
  const stream = manifest.streams[0];
  if (stream === undefined) throw new Error('no stream');
  const [first, second, ...rest] = stream.segments;
  if (first === undefined || second === undefined) throw new Error('no segments');
  const withSegments = (segments: typeof stream.segments) => ({ ...manifest, streams: [{ ...stream, segments }] });
  for (const wrong of [
    withSegments([second, first, ...rest]),
    withSegments([first, ...rest]),
    withSegments([first, first, second, ...rest]),
    withSegments([{ ...first, plaintextBytes: first.plaintextBytes - 1 }, second, ...rest]),
    { ...manifest, streams: [stream, stream] },
    { ...manifest, totals: { ...manifest.totals, storedBytes: manifest.totals.storedBytes - 1 } },
    { ...manifest, mac: 'ab'.repeat(32) },
  ]) {
    await expect(read(sample, Buffer.from(canonicalJson(wrong)))).rejects.toMatchObject({ code: 'format.manifest-corrupt' });
  }
});

test('a version that this program does not know is named as such', async () => {
  const sample = await createSamplePoint();
  const text = Buffer.from(sample.encoded.bytes).toString().replace('"formatVersion":1', '"formatVersion":2');
  await expect(read(sample, Buffer.from(text))).rejects.toMatchObject({ code: 'format.version-unknown', facts: { version: 2 } });
});

test('a key that is not there and a key that is another one are told apart, and work without plaintext needs none', async () => {
  const sample = await createSamplePoint();
  const at = { point: sample.point, region };
  const { bytes, manifest } = sample.encoded;
  await expect(decodeManifest(bytes, { ...at, keys: createKeys('another ring') })).rejects.toMatchObject({ code: 'key.wrong' });
  const empty = { ...sample.keys, unwrap: () => Promise.reject(new CbcrError('key.missing', { keyId: 'x' })) };
  await expect(decodeManifest(bytes, { ...at, keys: empty })).rejects.toSatisfy((error) => isCbcrError(error, 'key.missing'));
  expect(await decodeManifest(bytes, { ...at, keys: null })).toMatchObject({ manifest, dataKey: null });
});
