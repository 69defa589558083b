/**
 * Where recovery points are kept: the port of a region's object store, the stored format v1 (keys, segments, manifest, keys of encryption),
 * the fan-out writer, the failover reader and the copier between regions. Adapters have their own entry, `@cbcr/blobstore/adapters`.
 *
 * Must never overwrite an object, hand out a byte that was not checked, let one region's trouble reach another, or print a key.
 * Knows no catalog, no queue and no engine.
 */
export { findKeyProblem, findPrefixProblem, isValidKey } from './blob-key.ts';
export {
  type BlobInfo,
  type BlobStore,
  type BlobStoreCapabilities,
  type BlobStoreCapability,
  type BlobStoreProbe,
  type CallOptions,
  type ListedBlob,
  type ListOptions,
  maxObjectBytes,
  type PaceBody,
  type PutOptions,
  type TransferOptions,
} from './blob-store.ts';
export { withChecksum } from './decorators/checksum.ts';
export { composeStore, type StoreComposition } from './decorators/compose-store.ts';
export { withConcurrencyLimit } from './decorators/concurrency-limit.ts';
export { withLock } from './decorators/lock.ts';
export { type ObserveStoreCall, type StoreCall, type StoreOperation, withObservation } from './decorators/observation.ts';
export { withPace } from './decorators/pace.ts';
export { withReadOnly } from './decorators/read-only.ts';
export { withRetry } from './decorators/retry.ts';
export { withLockerRetry } from './decorators/retry-locker.ts';
export type { RetryOptions, StoreRetry } from './decorators/retrying.ts';
export { type BlobEraser, type Erasure, maxVersionsAtOnce, type StoredVersion, type VersionLock } from './erase/blob-eraser.ts';
export {
  createFanOut,
  type FanOut,
  type FanOutEvent,
  type FanOutOptions,
  type FanOutOutcome,
  type FanOutProgress,
  type FanOutTarget,
} from './fan-out/fan-out.ts';
export type { StoredSegment } from './fan-out/region-lane.ts';
export type { BufferPool } from './format/buffer-pool.ts';
export { decodeSegment, type ExpectedSegment } from './format/decode-segment.ts';
export { defaultCompressionLevel, type EncodedStream, type EncodeOptions, encodeStream } from './format/encode-stream.ts';
export { defaultSegmentBytes } from './format/limits.ts';
export type { Manifest, ManifestContent, ManifestSegment, ManifestStream } from './format/manifest.ts';
export {
  type DecodedManifest,
  type DecodeManifestOptions,
  decodeManifest,
  type EncodedManifest,
  encodeManifest,
} from './format/manifest-codec.ts';
export type { Segment } from './format/segment.ts';
export { createSegmentBuffers } from './format/segment-buffers.ts';
export { DataKey } from './keys/data-key.ts';
export type { KeyProvider } from './keys/key-provider.ts';
export { createKeyRing, type KeyRing } from './keys/key-ring.ts';
export type { BlobLocker, ObjectLock, ObjectVersion, VersionProtection } from './lock/blob-locker.ts';
export {
  instancePrefix,
  manifestKey,
  type ParsedObjectKey,
  parseObjectKey,
  pointPrefix,
  type SegmentName,
  segmentKey,
  segmentsPrefix,
} from './object-keys.ts';
export { type ReadStreamOptions, readStream, type StreamReading } from './reader/read-stream.ts';
export type { SegmentEvent, SegmentSource } from './reader/segment-sources.ts';
export { type VerifiedBytes, type VerifyCopyOptions, verifyCopy } from './reader/verify-copy.ts';
export { type CopyProgress, type CopyResult, type CopySegmentsOptions, copySegments } from './transfer/copy-segments.ts';
export { putManifest, readManifest } from './transfer/manifest-object.ts';
