import { CbcrError, type LockMode, type RegionId } from '@cbcr/domain';
import type { CallOptions } from '../call-options.ts';

/** One version of an object. Holds and locks belong to versions, never to keys. */
export interface ObjectVersion {
  key: string;
  versionId: string;
}

/** Until when the store lets nobody remove an object. `until` is rounded up to a whole second: stores keep no more. */
export interface ObjectLock {
  mode: LockMode;
  until: Date;
}

export interface VersionProtection {
  lock: ObjectLock | null;
  legalHold: boolean;
}

/**
 * Holds and locks of one region's store. It removes and writes no object, and never makes a lock shorter except by its name, `liftLock`. Every
 * call may be repeated after any failure. Errors are the `store.*` codes; a store that has neither holds nor locks says so in `support`, and
 * answers everything else with `lock.unsupported`.
 */
export interface BlobLocker {
  readonly region: RegionId;
  /** Asked of the real bucket; with the reason, for people, when it can do neither. */
  support(options?: CallOptions): Promise<{ supported: true } | { supported: false; reason: string }>;
  /** Every version below the prefix, older ones too, without delete markers. */
  listVersions(prefix: string, options?: CallOptions): AsyncIterable<ObjectVersion>;
  /** Null when the version is not there. */
  getProtection(version: ObjectVersion, options?: CallOptions): Promise<VersionProtection | null>;
  setLegalHold(version: ObjectVersion, on: boolean, options?: CallOptions): Promise<void>;
  /**
   * Locks, or extends the lock; a lock that lasts longer stays. One in governance mode is raised to compliance where that is asked, by the right to bypass it; a store that
   * refuses it keeps the mode. No mode is lowered. Answers with the lock as it is then.
   */
  extendLock(version: ObjectVersion, lock: ObjectLock, options?: CallOptions): Promise<ObjectLock>;
  /** Ends a governance lock within seconds, by the right to bypass it. A lock in compliance mode stays. */
  liftLock(version: ObjectVersion, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}

/** Of a store that can neither hold nor lock. */
export function createUnsupportedLocker(region: RegionId, reason: string): BlobLocker {
  const refuse = async (): Promise<never> => {
    throw new CbcrError('lock.unsupported', { region });
  };
  return {
    region,
    support: async () => ({ supported: false, reason }),
    // biome-ignore lint/correctness/useYield: it refuses before the first version
    async *listVersions() {
      await refuse();
    },
    getProtection: refuse,
    setLegalHold: refuse,
    extendLock: refuse,
    liftLock: refuse,
    close: async () => undefined,
  };
}
