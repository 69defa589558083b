import type { DeletionPermit, LockMode, RegionId } from '@cbcr/domain';
import type { CallOptions } from './call-options.ts';
import type { BlobEraser } from './erase/blob-eraser.ts';

/** What a real bucket was seen to do (probed, never believed). Callers ask capabilities, never adapter types. */
export interface BlobStoreCapabilities {
  /**
   * `put` is refused by the store itself when the key exists; otherwise the adapter looks first, which can race. How strictly a store
   * refuses one of two puts at the same moment is its own affair (AWS S3: strictly; versitygw 1.7: not), so that writers that may meet
   * need keys of their own, or a fence.
   */
  conditionalPut: boolean;
  /** The store keeps replaced and deleted objects as older versions. */
  versioning: boolean;
  /** The store can lock an object version until a date. */
  objectLock: boolean;
  /** The store checks the checksum that is sent with an object and refuses a damaged body; otherwise the adapter checks before it sends. */
  checksums: boolean;
  /** The store copies an object within itself, without its bytes passing through a client. */
  serverSideCopy: boolean;
}

/** What was found when a store was tried. */
export interface BlobStoreProbe extends BlobStoreCapabilities {
  /** Where the provider says that the bucket is, in its own words; null when it does not say. */
  location: string | null;
}

export type BlobStoreCapability = keyof BlobStoreCapabilities;

export interface BlobInfo {
  key: string;
  sizeBytes: number;
}

export interface ListedBlob extends BlobInfo {
  /** By the clock of the store; null where it does not say. */
  writtenAt: Date | null;
}

export type { CallOptions };

/**
 * Hands the same bytes on, in pieces of its choice and no sooner than they may move. Ends with the signal's reason when it aborts. A body that
 * is given up is left by `return`, or by the signal.
 */
export interface PaceBody {
  (body: Uint8Array | AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncIterable<Uint8Array>;
  /**
   * While it says yes, pieces may move as they come, without the pace; asked before each, and cheap. A socket gives pieces so small that to hand
   * each through a pace costs a tenth of a transfer. Absent: every body goes through.
   */
  passes?: (() => boolean) | undefined;
}

export interface TransferOptions extends CallOptions {
  /** Paces the bytes on the wire, or to and from the disk; called once or more for each attempt. */
  pace?: PaceBody | undefined;
  /** Told when `pace` begins and ends to hold the call back: time for which the store is not to blame. Must not throw. */
  onHold?: ((isHeld: boolean) => void) | undefined;
}
export interface GetOptions extends TransferOptions {
  /**
   * Where a body of this size goes; memory of its own when left out. Called once or more for each attempt; whoever gives the memory may use it
   * again only after the call has succeeded with it.
   */
  memory?: ((sizeBytes: number) => Uint8Array) | undefined;
}

export type PutOptions = TransferOptions & {
  /** SHA-256 of the body, 64 lower-case hex digits. */
  sha256: string;
  /** Until when the store lets nobody remove the object. A store that cannot lock refuses the body: `lock.unsupported`. */
  lock?: { mode: LockMode; until: Date } | undefined;
} & (PutNew | PutInstead);

interface PutNew {
  /** `true`: a key that exists is refused. `false`: a key that holds the same bytes counts as success (see `BlobStore.put`). */
  ifAbsent: boolean;
  replace?: false | undefined;
}

interface PutInstead {
  ifAbsent: false;
  /**
   * Puts the body in the place of whatever the key holds; on a versioned store that stays as an older version. Only after the present
   * bytes were seen to be wrong, and only with the one right content of the key (a manifest or the catalog knows its hash): then a
   * replace that is repeated, or arrives hours late, changes nothing. A delete before a put would not have this property.
   */
  replace: true;
}

export interface ListOptions extends CallOptions {
  /** Only keys greater than this one, by code unit: to go on where an earlier listing stopped. */
  after?: string | undefined;
}

/** The largest object of a store; a body above it ends in `store.object-too-large`. */
export const maxObjectBytes = 64 * 1024 * 1024;

/**
 * One region's object store. Keys are relative and `/`-separated, at most 900 bytes; see `findKeyProblem` for the alphabet. A key that
 * breaks the rules ends in `store.key-invalid`. No key may be a folder of another key (`a` and `a/b`): file systems cannot hold both.
 *
 * Promises:
 * - `put` is atomic: a reader sees the whole object or none, whatever is killed in the middle. When it resolves the object is durable.
 * - `put` never overwrites: an existing key ends in `store.object-exists` (with `ifAbsent: false`, which re-sends after an unknown outcome
 *   may use, an existing object of the same size and SHA-256 is accepted as success, and a different one is still refused). The one
 *   exception is asked for by name: `replace` mends a damaged object, and a reader sees the old object or the new one, whole.
 * - `get`, `head`, `put`, `delete` may be called again after any failure; none keeps state between calls.
 * - After `put` resolves, `get`, `head` and `list` see the object (all supported stores are read-after-write consistent).
 * - After an abort or a `store.unreachable` or `store.failed` the outcome of `put` and `delete` is unknown: done or not, never half.
 * - Errors are `CbcrError`s of the `store.*` codes, except an abort, which rejects with the signal's reason.
 */
export interface BlobStore {
  readonly region: RegionId;
  /**
   * Stores `body` (at most `maxObjectBytes`), which must not change until the promise settles. The store or the adapter checks the
   * bytes against `sha256` before the object becomes visible: `store.body-damaged` when they are not what was hashed.
   */
  put(key: string, body: Uint8Array, options: PutOptions): Promise<void>;
  /** The whole object, in memory that belongs to the caller. `store.object-missing` when there is none. */
  get(key: string, options?: GetOptions): Promise<Uint8Array>;
  head(key: string, options?: CallOptions): Promise<BlobInfo | null>;
  /** Every object whose key starts with `prefix`, in the order of the keys (by code unit). Objects whose names are no valid keys are left out. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedBlob>;
  /** Removes the current object; on a versioned store older versions stay (S3: a delete marker hides them). Deleting what is not there succeeds. */
  delete(key: string, options?: CallOptions): Promise<void>;
  /**
   * The one way to remove what was written for good: every version of one point, for whoever shows a permit of the deletion gate. Throws a TypeError
   * without one, `store.erasure-refused` when it is for another region, and `store.read-only` on a handle that cannot write.
   */
  openEraser(permit: DeletionPermit): BlobEraser;
  /** Tries the real bucket: writes, reads and removes a small object under `probe/`. Fails with a `store.*` error when it cannot be used. */
  probe(options?: CallOptions): Promise<BlobStoreProbe>;
  /** Is the store there right now? One cheap request. */
  ping(options?: CallOptions): Promise<void>;
  /** Releases sockets; later calls fail. */
  close(): Promise<void>;
}
