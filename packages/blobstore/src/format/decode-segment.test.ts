import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { expect, test } from 'vitest';
import { collect, createSamplePoint, createSeededBytes, type SamplePoint } from '../../test/sample-point.ts';
import { chunkHeaderBytes, decodeChunkHeader, encodeChunkHeader } from './chunk-header.ts';
import { decodeSegment, type ExpectedSegment } from './decode-segment.ts';
import type { Segment } from './segment.ts';
import { DamagedBytes, readSkippableFrame, writeSkippableFrame } from './skippable-frame.ts';

const samples = async () => [await createSamplePoint({ encrypted: true }), await createSamplePoint({ encrypted: false })];

function at(sample: SamplePoint, number: number): { segment: Segment; bytes: Buffer; expected: ExpectedSegment } {
  const segment = sample.segments[number];
  if (segment === undefined) throw new Error(`no segment ${number}`);
  const streamOffset = sample.segments.slice(0, number).reduce((sum, earlier) => sum + earlier.plaintextBytes, 0);
  return { segment, bytes: Buffer.from(segment.bytes), expected: { ...segment, point: sample.point, streamOffset } };
}

const decode = async (sample: SamplePoint, bytes: Uint8Array, expected: ExpectedSegment) =>
  Buffer.concat(await collect(decodeSegment(bytes, expected, sample.dataKey)));
const refuse = (sample: SamplePoint, bytes: Uint8Array, expected: ExpectedSegment, why?: RegExp) =>
  expect(decode(sample, bytes, expected), why?.source).rejects.toSatisfy(
    (error) => error instanceof DamagedBytes && (why === undefined || why.test(error.message)),
  );

/** The frames of a segment: its header, then for each chunk a header and a payload. */
function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  let offset = readSkippableFrame(bytes, 0, 'header').end;
  frames.push(bytes.subarray(0, offset));
  while (offset < bytes.length) {
    const head = readSkippableFrame(bytes, offset, 'chunk header');
    const stored = decodeChunkHeader(head.content).storedBytes;
    const sealed = bytes.readUInt32LE(head.end) === bytes.readUInt32LE(0);
    const end = head.end + (sealed ? 8 + stored + 16 : stored);
    frames.push(bytes.subarray(offset, head.end), bytes.subarray(head.end, end));
    offset = end;
  }
  return frames;
}

test('every flipped bit of an encrypted segment is noticed by the segment itself, without any hash of the manifest', async () => {
  const sample = await createSamplePoint({ streams: { dump: createSeededBytes('bits')(150) }, chunkBytes: 70 });
  const { bytes, expected } = at(sample, 0);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
    await refuse(sample, flipped, expected);
  }
});

test('every cut and every appended byte is noticed by the segment itself', async () => {
  for (const encrypted of [true, false]) {
    const sample = await createSamplePoint({ encrypted, streams: { dump: createSeededBytes('cuts')(150) }, chunkBytes: 70 });
    const { bytes, expected } = at(sample, 0);
    for (let length = 0; length < bytes.length; length++) await refuse(sample, bytes.subarray(0, length), expected);
    for (const tail of [Buffer.of(0), Buffer.from('CBCR'), bytes]) await refuse(sample, Buffer.concat([bytes, tail]), expected);
  }
});

test('chunks that are swapped, dropped, repeated or taken from another segment are noticed', async () => {
  for (const sample of await samples()) {
    const { bytes, expected } = at(sample, 1);
    const [header, head0, body0, head1, body1, ...rest] = framesOf(bytes);
    const [, otherHead, otherBody] = framesOf(at(sample, 0).bytes);
    if (!header || !head0 || !body0 || !head1 || !body1 || !otherHead || !otherBody) throw new Error('the sample is too small');
    const variants = [
      [header, head1, body1, head0, body0, ...rest],
      [header, head0, body1, head1, body0, ...rest],
      [header, head1, body1, ...rest],
      [header, head0, body0, head0, body0, ...rest],
      [header, otherHead, otherBody, head1, body1, ...rest],
      [header, head0, otherBody, head1, body1, ...rest],
      [header, head0, body0, head1, ...rest],
      [header, header, head0, body0, head1, body1, ...rest],
    ];
    // Without a seal, an exchanged payload of the same length is only found by the hashes of the manifest.
    const sameLength = (variant: Buffer[]) => sample.dataKey === null && variant[2]?.length === body0.length && variant[2] !== body0;
    for (const variant of variants) if (!sameLength(variant)) await refuse(sample, Buffer.concat(variant), expected);
  }
});

test('a segment of another place, stream or point is noticed, even under the same key', async () => {
  for (const sample of await samples()) {
    const { bytes, expected } = at(sample, 1);
    const other = await createSamplePoint({ seed: 2 });
    await refuse(sample, bytes, { ...expected, number: 2 }, /does not belong/);
    await refuse(sample, bytes, { ...expected, stream: 'globals' }, /does not belong/);
    await refuse(sample, bytes, { ...expected, point: other.point }, /does not belong/);
    await refuse(sample, bytes, { ...expected, streamOffset: 0 }, /belongs at byte/);
    await refuse(sample, bytes, { ...expected, last: true }, /end of the stream/);
    await refuse(sample, bytes, { ...expected, plaintextBytes: expected.plaintextBytes + 1 }, /bytes, not/);
    const last = at(sample, sample.segments.length - 1);
    await refuse(sample, last.bytes, { ...last.expected, last: false }, /end of the stream/);
  }
});

test('an encrypted segment is not accepted as a plain one, nor the other way round, nor under another key', async () => {
  const [encrypted, plain] = await samples();
  const other = await createSamplePoint({ seed: 3 });
  if (encrypted === undefined || plain === undefined) throw new Error('no samples');
  const one = at(encrypted, 0);
  await expect(collect(decodeSegment(one.bytes, one.expected, null))).rejects.toThrow(DamagedBytes);
  await expect(collect(decodeSegment(one.bytes, one.expected, other.dataKey))).rejects.toThrow(/seal/);
  const two = at(plain, 0);
  await expect(collect(decodeSegment(two.bytes, two.expected, other.dataKey))).rejects.toThrow(DamagedBytes);
});

test('a plain segment with a salt is not one that version 1 writes', async () => {
  const sample = await createSamplePoint({ encrypted: false });
  const { bytes, expected } = at(sample, 0);
  bytes.writeUInt8(1, 8 + 12);
  await refuse(sample, bytes, expected, /salt/);
});

/** A plain segment of one chunk whose header and payload say what the test wants. */
async function forge(payload: Buffer, claim: { plaintextBytes?: number; storedBytes?: number }) {
  const sample = await createSamplePoint({ encrypted: false, streams: { dump: Buffer.alloc(10) } });
  const { bytes, expected } = at(sample, 0);
  const header = framesOf(bytes)[0] ?? Buffer.alloc(0);
  const plaintextBytes = claim.plaintextBytes ?? 10;
  const content = encodeChunkHeader({
    chunk: 0,
    streamOffset: 0,
    plaintextBytes,
    storedBytes: claim.storedBytes ?? payload.length,
    lastOfSegment: true,
    lastOfStream: true,
  });
  const head = Buffer.alloc(8 + chunkHeaderBytes);
  writeSkippableFrame(head, 0, content);
  return { sample, bytes: Buffer.concat([header, head, payload]), expected: { ...expected, plaintextBytes } };
}

test('sizes that a hostile object claims are refused before anything is allocated for them', async () => {
  const compress = promisify(zstdCompress);
  const bomb = await compress(Buffer.alloc(64 << 20), { pledgedSrcSize: 64 << 20 });
  const ten = await compress(Buffer.alloc(10), { pledgedSrcSize: 10 });
  for (const [payload, claim] of [
    [bomb, { plaintextBytes: 16 << 20 }],
    [bomb, { plaintextBytes: 0xffff_ffff, storedBytes: bomb.length }],
    [ten, { plaintextBytes: 11 }],
    [ten, { storedBytes: ten.length + 1 }],
    [ten, { storedBytes: ten.length - 1 }],
    [ten, { storedBytes: 0xffff_fff0 }],
    [Buffer.concat([ten, Buffer.from('hidden')]), {}],
    [Buffer.concat([ten, ten]), {}],
    [Buffer.from('not zstd at all'), {}],
    [Buffer.alloc(0), {}],
    [await compress(Buffer.alloc(10)), { plaintextBytes: 10 }],
  ] as const) {
    const { sample, bytes, expected } = await forge(payload, claim);
    // The last forgery is honest but does not state its length, which version 1 always does; the decoder may not rely on it.
    await refuse(sample, bytes, expected);
  }
  const honest = await forge(ten, {});
  expect(await decode(honest.sample, honest.bytes, honest.expected)).toEqual(Buffer.alloc(10));
});
