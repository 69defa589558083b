import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createIdFactory, type InstanceId, instanceIdSchema, type RecoveryPointId, type RegionId, regionIdSchema } from '@cbcr/domain';
import { type EncodeOptions, encodeStream } from '../src/format/encode-stream.ts';
import type { ManifestStream } from '../src/format/manifest.ts';
import { type EncodedManifest, encodeManifest } from '../src/format/manifest-codec.ts';
import type { Segment } from '../src/format/segment.ts';
import { DataKey } from '../src/keys/data-key.ts';
import { createKeyRing, type KeyRing } from '../src/keys/key-ring.ts';
import { manifestKey, segmentKey } from '../src/object-keys.ts';
import type { MemoryStore } from './memory-store.ts';

export const regionNamed = (name: string): RegionId => regionIdSchema.parse(name);
export const instance: InstanceId = instanceIdSchema.parse('shop');
const keyId = 'key-of-the-region';

/** Random bytes that are the same for the same seed: SHA-256 of a counter. */
export function createSeededBytes(seed: string | number): (size: number) => Buffer {
  let counter = 0;
  return (size) => {
    const blocks = Array.from({ length: Math.ceil(size / 32) }, () => createHash('sha256').update(`${seed}/${counter++}`).digest());
    return Buffer.concat(blocks).subarray(0, size);
  };
}

export const createKeys = (seed: string | number): KeyRing =>
  createKeyRing(JSON.stringify({ [keyId]: createSeededBytes(`ring/${seed}`)(32).toString('base64') }));

export interface SamplePoint {
  point: RecoveryPointId;
  dataKey: DataKey | null;
  keys: KeyRing;
  encoded: EncodedManifest;
  plaintext: Record<string, Buffer>;
  segments: Segment[];
  /** Puts everything, the manifest last, as a capture would. */
  storeIn(store: MemoryStore): void;
  keyOf(segment: { stream: string; number: number }): string;
}

export interface SamplePointOptions {
  seed?: string | number;
  encrypted?: boolean;
  streams?: Record<string, Buffer>;
  chunkBytes?: number;
  segmentBytes?: number;
}

export const optionsFor = (seed: string | number, dataKey: DataKey | null): Omit<EncodeOptions, 'stream'> => {
  const randomBytes = createSeededBytes(seed);
  const ids = createIdFactory({ now: () => new Date(1_790_000_000_000) }, randomBytes);
  return { point: ids.recoveryPointId(), dataKey, newWriteToken: () => ids.writeToken(), randomBytes };
};

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A small point of several segments: chunks of 1,000 bytes in segments of about 3,000. */
export async function createSamplePoint(options: SamplePointOptions = {}): Promise<SamplePoint> {
  const { seed = 1, encrypted = true, chunkBytes = 1000, segmentBytes = 3000 } = options;
  const randomBytes = createSeededBytes(`point/${seed}`);
  const plaintext = options.streams ?? { dump: randomBytes(10_500) };
  const dataKey = encrypted ? DataKey.generate(randomBytes) : null;
  const encoding = optionsFor(seed, dataKey);
  const { point } = encoding;
  const segments: Segment[] = [];
  const streams: ManifestStream[] = [];
  for (const [stream, bytes] of Object.entries(plaintext)) {
    const encoded = encodeStream(Readable.from([bytes]), { ...encoding, stream, chunkBytes, segmentBytes });
    segments.push(...(await collect(encoded)));
    streams.push(encoded.summary());
  }
  const keys = createKeys(seed);
  const wrapped = dataKey === null ? null : await keys.wrap({ keyId, point, dataKey });
  const encoded = encodeManifest(
    {
      point,
      instance: { id: instance, engine: 'files', dataClass: 'default', labels: { team: 'Überholspur' } },
      source: { serverVersion: '17.2', toolVersion: '17.4', facts: { format: 'tar' } },
      capturedAt: '2026-11-23T06:00:00.000Z',
      completedAt: '2026-11-23T06:00:09.125Z',
      policyHash: 'b4',
      encryption: wrapped === null ? null : { algorithm: 'aes-256-gcm', wrappedKeys: [{ keyId, wrapped }] },
      streams,
    },
    dataKey,
  );
  const find = (wanted: { stream: string; number: number }) => {
    const segment = segments.find(({ stream, number }) => stream === wanted.stream && number === wanted.number);
    if (segment === undefined) throw new Error(`the sample has no segment ${wanted.number} of ${wanted.stream}`);
    return segment;
  };
  return {
    point,
    dataKey,
    keys,
    encoded,
    plaintext,
    segments,
    storeIn(store) {
      for (const segment of segments) store.objects.set(segmentKey(instance, point, segment), Buffer.from(segment.bytes));
      store.objects.set(manifestKey(instance, point), Buffer.from(encoded.bytes));
    },
    keyOf: (wanted) => segmentKey(instance, point, find(wanted)),
  };
}
