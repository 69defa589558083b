import type { RegionId } from '@cbcr/domain';

/** What a real bucket was seen to do (probed, never believed). Callers ask capabilities, never adapter types. */
export interface BlobStoreCapabilities {
  /** `put` with `ifAbsent` is refused by the store itself when the key exists; otherwise the adapter looks first, which can race. */
  conditionalPut: boolean;
  versioning: boolean;
  objectLock: boolean;
  /** The store checks the checksum that is sent with an object and refuses a damaged body. */
  checksums: boolean;
}

export interface BlobInfo {
  key: string;
  sizeBytes: number;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/**
 * One region's object store. Keys are relative, `/`-separated, ASCII, without empty, `.` or `..` parts, at most 900 bytes.
 *
 * Promises:
 * - `put` is atomic: a reader sees the whole object or none, whatever is killed in the middle. When it resolves the object is durable.
 * - `put` never overwrites: an existing key ends in `store.object-exists` (with `ifAbsent: false`, which re-sends after an unknown outcome
 *   may use, an existing object of the same size and SHA-256 is accepted as success, and a different one is still refused).
 * - `get`, `head`, `put`, `delete` may be called again after any failure; none keeps state between calls.
 * - After `put` resolves, `get`, `head` and `list` see the object (all supported stores are read-after-write consistent).
 * - Errors are `CbcrError`s of the `store.*` codes, except an abort, which rejects with the signal's reason.
 */
export interface BlobStore {
  readonly region: RegionId;
  /** Stores `body` (at most 64 MiB). `sha256` is hex; the store or the adapter checks the bytes against it before the object becomes visible. */
  put(key: string, body: Uint8Array, options: CallOptions & { sha256: string; ifAbsent: boolean }): Promise<void>;
  /** The whole object. `store.object-missing` when there is none. */
  get(key: string, options?: CallOptions): Promise<Uint8Array>;
  head(key: string, options?: CallOptions): Promise<BlobInfo | null>;
  /** Every object whose key starts with `prefix`, in the order of the keys (by code unit). */
  list(prefix: string, options?: CallOptions): AsyncIterable<BlobInfo>;
  /** Removes the current object; on a versioned store older versions stay. Deleting what is not there succeeds. */
  delete(key: string, options?: CallOptions): Promise<void>;
  /** Tries the real bucket: writes, reads and removes a small object under `<prefix>/probe/`. Fails with a `store.*` error when it cannot be used. */
  probe(options?: CallOptions): Promise<BlobStoreCapabilities>;
  /** Is the store there right now? One cheap request. */
  ping(options?: CallOptions): Promise<void>;
  /** Releases sockets; later calls fail. */
  close(): Promise<void>;
}
