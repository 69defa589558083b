import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { createIdFactory } from '@cbcr/domain';
import { type BenchResult, describe, test } from 'vitest';
import { decodeSegment } from '../src/format/decode-segment.ts';
import { defaultCompressionLevel, encodeStream } from '../src/format/encode-stream.ts';
import { defaultChunkBytes } from '../src/format/limits.ts';
import type { Segment } from '../src/format/segment.ts';
import { compressChunk, decompressChunk } from '../src/format/zstd-codec.ts';
import { DataKey } from '../src/keys/data-key.ts';
import { makeDumpLikeBytes } from './dump-like-bytes.ts';

const megabytes = 96;
const data = makeDumpLikeBytes(megabytes * 1_000_000);
const ids = createIdFactory({ now: () => new Date(1_790_000_000_000) }, randomBytes);
const point = ids.recoveryPointId();
const key = DataKey.generate(randomBytes);
const chunks = Array.from({ length: Math.ceil(data.length / defaultChunkBytes) }, (_, i) =>
  data.subarray(i * defaultChunkBytes, (i + 1) * defaultChunkBytes),
);
/** Of the size in which a pipe from a dump program delivers. */
const pieceBytes = 65_536;
function* pieces() {
  for (let start = 0; start < data.length; start += pieceBytes) yield data.subarray(start, start + pieceBytes);
}

async function inFlight<Item>(items: readonly Item[], lanes: number, work: (item: Item) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  const runLane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, runLane));
}

async function encode(dataKey: DataKey | null, onSegment: (segment: Segment) => void): Promise<void> {
  const options = { point, stream: 'dump', dataKey, newWriteToken: () => ids.writeToken(), randomBytes };
  for await (const segment of encodeStream(Readable.from(pieces(), { objectMode: false }), options)) onSegment(segment);
}
const release = (segment: Segment) => segment.release();

/** Half in half out, as the readers of copies do: decode, and hash the stream. */
async function decode(segments: readonly Segment[], dataKey: DataKey | null): Promise<void> {
  const hash = createHash('sha256');
  let streamOffset = 0;
  for (const segment of segments) {
    createHash('sha256').update(segment.bytes).digest();
    for await (const chunk of decodeSegment(segment.bytes, { ...segment, point, streamOffset }, dataKey)) hash.update(chunk);
    streamOffset += segment.plaintextBytes;
  }
}

function report(title: string, results: readonly BenchResult[]): void {
  const lines = results.map(({ name, throughput }) => `  ${(throughput.mean * megabytes).toFixed(0).padStart(6)} MB/s  ${name}`);
  process.stdout.write(`\n${title} (${megabytes} MB of plaintext)\n${lines.join('\n')}\n`);
}

const brief = { time: 0, iterations: 6, warmupTime: 0, warmupIterations: 2 };

describe('stored format', () => {
  test('encode, against zstd alone', async ({ bench }) => {
    const floor = `floor: zstd level ${defaultCompressionLevel}, 3 chunks in flight`;
    const results = await bench.compare(
      bench(floor, () => inFlight(chunks, 3, (chunk) => compressChunk(chunk, defaultCompressionLevel))),
      bench('floor: zstd level 3, 3 chunks in flight', () => inFlight(chunks, 3, (chunk) => compressChunk(chunk, 3))),
      bench('encode, plain', () => encode(null, release)),
      bench('encode, encrypted', () => encode(key, release)),
      bench('encode, encrypted, memory never released', () => encode(key, () => {})),
      brief,
    );
    report('encode', [
      results.get(floor),
      results.get('floor: zstd level 3, 3 chunks in flight'),
      results.get('encode, plain'),
      results.get('encode, encrypted'),
      results.get('encode, encrypted, memory never released'),
    ]);
  });

  test('decode, against zstd alone', async ({ bench }) => {
    const compressed = await Promise.all(
      chunks.map(async (chunk) => ({ frame: await compressChunk(chunk, defaultCompressionLevel), size: chunk.length })),
    );
    const plain: Segment[] = [];
    const encrypted: Segment[] = [];
    await encode(null, (segment) => void plain.push(segment));
    await encode(key, (segment) => void encrypted.push(segment));
    const results = await bench.compare(
      bench('floor: zstd, 2 chunks in flight', () => inFlight(compressed, 2, ({ frame, size }) => decompressChunk(frame, size))),
      bench('decode with all hashes, plain', () => decode(plain, null)),
      bench('decode with all hashes, encrypted', () => decode(encrypted, key)),
      brief,
    );
    report('decode', [
      results.get('floor: zstd, 2 chunks in flight'),
      results.get('decode with all hashes, plain'),
      results.get('decode with all hashes, encrypted'),
    ]);
  });

  test('what the main thread does', async ({ bench }) => {
    const results = await bench.compare(
      bench('SHA-256', () => void chunks.map((chunk) => createHash('sha256').update(chunk).digest())),
      bench(
        'AES-256-GCM',
        () => void chunks.map((chunk) => createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12)).update(chunk)),
      ),
      brief,
    );
    report('main thread', [results.get('SHA-256'), results.get('AES-256-GCM')]);
  });
});
