import type { DeletionScope } from '@cbcr/domain';
import type { CallOptions } from '../call-options.ts';

/** One version of one object, or a marker that says that the object was deleted. */
export interface StoredVersion {
  key: string;
  /** Null where the store keeps no versions. */
  versionId: string | null;
  isMarker: boolean;
  sizeBytes: number;
}

/** What keeps a version from being deleted. */
export interface VersionLock {
  retainUntil: Date | null;
  legalHold: boolean;
}

/** `refused`: the store said so about this one version. A version that is not there any more counts as erased. */
export type Erasure = { version: StoredVersion } & ({ outcome: 'erased' } | { outcome: 'refused'; cause: string });

export interface EraseOptions extends CallOptions {
  /**
   * Asked just before every request is sent, of every attempt (before each file, where there are no requests), with as little in between as can be. Throws a
   * CbcrError when another worker may have overtaken the caller: nothing more is sent, and the call throws the same.
   */
  fence?: (() => void) | undefined;
}

/** As many as one request of S3 takes. */
export const maxVersionsAtOnce = 1000;

/**
 * Removes the versions of one recovery point in one region, and can do nothing else. `BlobStore.openEraser` gives it to whoever shows a permit of the
 * deletion gate; it works below the point's prefix alone, also on objects whose names are no keys of ours.
 *
 * Promises:
 * - `listVersions` brings every version and every delete marker that there is, in the order of the keys.
 * - `deleteVersions` says for each version what became of it. A store may say "erased" and be wrong: only a listing afterwards proves absence.
 * - All may be called again after any failure.
 */
export interface BlobEraser {
  readonly scope: DeletionScope;
  listVersions(options?: CallOptions): AsyncIterable<StoredVersion>;
  /** Null: nothing keeps the version, or it is gone. */
  lockOf(version: StoredVersion, options?: CallOptions): Promise<VersionLock | null>;
  /** At most `maxVersionsAtOnce`, in one request where the store can. `store.erasure-refused` for what the permit does not cover. */
  deleteVersions(versions: readonly StoredVersion[], options?: EraseOptions): Promise<Erasure[]>;
}
