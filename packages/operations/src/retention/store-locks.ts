import type { BlobEraser, StoredVersion } from '@cbcr/blobstore';
import type { Reason } from '@cbcr/domain';

/** What the store itself says against a deletion. */
export interface StoreLocks {
  lockedUntil: Date | null;
  holds: Reason[];
}

/**
 * Asks the store about every version of the manifest, whatever the catalog knows: locks and holds are set on all versions of a copy, or on none, and
 * the manifest goes first, so that a copy which the store protects loses nothing.
 */
export async function readStoreLocks(eraser: BlobEraser, manifest: string, signal: AbortSignal): Promise<StoreLocks> {
  const versions: StoredVersion[] = [];
  for await (const version of eraser.listVersions({ signal })) if (version.key === manifest) versions.push(version);
  const locks = await Promise.all(versions.map((version) => eraser.lockOf(version, { signal })));
  const dates = locks.flatMap((lock) => lock?.retainUntil?.getTime() ?? []);
  const isHeld = locks.some((lock) => lock?.legalHold === true);
  return {
    lockedUntil: dates.length === 0 ? null : new Date(Math.max(...dates)),
    holds: isHeld ? [{ rule: 'store-hold', text: `a legal hold is set on ${manifest} at the store` }] : [],
  };
}
