import { instanceIdSchema, recoveryPointIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import { maxSegmentNumber, streamNamePattern, writeTokenPattern } from '../object-keys.ts';
import { maxSegmentBytes } from './limits.ts';

const bytes = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits');
const timestamp = z.iso.datetime({ precision: 3 });

const segmentSchema = z.strictObject({
  /** From 0 without gaps. */
  number: z.int().min(0).max(maxSegmentNumber),
  writeToken: z.string().regex(writeTokenPattern),
  storedBytes: z.int().min(1).max(maxSegmentBytes),
  /** Of the stored bytes. */
  sha256,
  plaintextBytes: bytes,
});

const streamSchema = z.strictObject({
  name: z.string().regex(streamNamePattern),
  plaintextBytes: bytes,
  /** Of the plaintext of the whole stream. */
  sha256,
  segments: z.array(segmentSchema).min(1),
});

/** Description of a recovery point: the same bytes in every region, written last. Never a credential, an address with a password or a key in the clear. */
export const manifestSchema = z.strictObject({
  formatVersion: z.literal(1),
  point: recoveryPointIdSchema,
  instance: z.strictObject({
    id: instanceIdSchema,
    engine: z.string().min(1),
    dataClass: z.string().min(1),
    labels: z.record(z.string().min(1), z.string()),
  }),
  source: z.strictObject({
    serverVersion: z.string(),
    toolVersion: z.string(),
    /** What the engine wants to know again at restore time (`Capture.finish`). */
    facts: z.record(z.string(), z.string()),
  }),
  /** The moment that the capture shows. */
  capturedAt: timestamp,
  completedAt: timestamp,
  policyHash: z.string(),
  codec: z.literal('zstd'),
  encryption: z
    .strictObject({
      algorithm: z.literal('aes-256-gcm'),
      /** The one data key, wrapped once under the key of each region. */
      wrappedKeys: z.array(z.strictObject({ keyId: z.string().min(1), wrapped: z.string().min(1) })).min(1),
    })
    .nullable(),
  streams: z.array(streamSchema).min(1),
  totals: z.strictObject({ plaintextBytes: bytes, storedBytes: bytes, segments: z.int().min(1) }),
  /** HMAC-SHA256 under a key derived from the data key, over the canonical bytes without this member; null when not encrypted. */
  mac: sha256.nullable(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestStream = Manifest['streams'][number];
export type ManifestSegment = ManifestStream['segments'][number];
/** What a writer says; the rest of the manifest follows from it. */
export type ManifestContent = Omit<Manifest, 'formatVersion' | 'codec' | 'totals' | 'mac'>;

export function totalsOf(streams: readonly ManifestStream[]): Manifest['totals'] {
  const segments = streams.flatMap((stream) => stream.segments);
  return {
    plaintextBytes: streams.reduce((sum, stream) => sum + stream.plaintextBytes, 0),
    storedBytes: segments.reduce((sum, segment) => sum + segment.storedBytes, 0),
    segments: segments.length,
  };
}

/** A sentence about what does not fit together, or null. The schema alone cannot say it. */
export function findContradiction(manifest: Manifest): string | null {
  const names = new Set(manifest.streams.map((stream) => stream.name));
  if (names.size !== manifest.streams.length) return 'two streams have the same name';
  for (const { name, segments, plaintextBytes } of manifest.streams) {
    if (segments.some((segment, index) => segment.number !== index))
      return `the segments of stream ${name} are not numbered from 0 without gaps`;
    if (segments.reduce((sum, segment) => sum + segment.plaintextBytes, 0) !== plaintextBytes) {
      return `the segments of stream ${name} do not add up to its size`;
    }
  }
  const totals = totalsOf(manifest.streams);
  const told = manifest.totals;
  if (totals.plaintextBytes !== told.plaintextBytes || totals.storedBytes !== told.storedBytes || totals.segments !== told.segments) {
    return 'the totals do not fit the streams';
  }
  if ((manifest.encryption === null) !== (manifest.mac === null)) return 'an encrypted point has a code of authentication and no other has';
  const keyIds = manifest.encryption?.wrappedKeys.map((wrappedKey) => wrappedKey.keyId) ?? [];
  if (new Set(keyIds).size !== keyIds.length) return 'two wrapped keys have the same key id';
  return null;
}
