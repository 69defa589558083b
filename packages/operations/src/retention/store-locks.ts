import type { BlobEraser, StoredVersion } from '@cbcr/blobstore';
import type { Reason } from '@cbcr/domain';

/** What the store itself says against a deletion. */
export interface StoreLocks {
  lockedUntil: Date | null;
  holds: Reason[];
}

/** The store's own limits decide how many of these are under way. */
const askedAtOnce = 100;

/**
 * Asks the store about every version of every object of the copy, whatever the catalog knows: one segment that the store keeps is reason enough that
 * the manifest stays, without which it would be of no use.
 */
export async function readStoreLocks(eraser: BlobEraser, signal: AbortSignal): Promise<StoreLocks> {
  let lockedUntilMs = Number.NEGATIVE_INFINITY;
  const held = new Set<string>();
  let batch: StoredVersion[] = [];
  const ask = async () => {
    const asked = batch;
    batch = [];
    const locks = await Promise.all(asked.map(async (version) => ({ version, lock: await eraser.lockOf(version, { signal }) })));
    for (const { version, lock } of locks) {
      lockedUntilMs = Math.max(lockedUntilMs, lock?.retainUntil?.getTime() ?? Number.NEGATIVE_INFINITY);
      if (lock?.legalHold === true) held.add(version.key);
    }
  };
  for await (const version of eraser.listVersions({ signal })) {
    batch.push(version);
    if (batch.length === askedAtOnce) await ask();
  }
  await ask();
  const [example] = held;
  return {
    lockedUntil: Number.isFinite(lockedUntilMs) ? new Date(lockedUntilMs) : null,
    holds: example === undefined ? [] : [{ rule: 'store-hold', text: `a legal hold is set on ${example} at the store` }],
  };
}
