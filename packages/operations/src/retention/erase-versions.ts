import { type BlobEraser, type Erasure, maxVersionsAtOnce, type StoredVersion } from '@cbcr/blobstore';
import { CbcrError } from '@cbcr/domain';
import type { ErasePace } from './erase-pace.ts';

/** What was deleted, in batches as the store takes them. */
interface ErasedBatch {
  versions: number;
  bytes: number;
}

export interface ErasingOptions {
  eraser: BlobEraser;
  /** Which of the point's objects go. */
  goes(version: StoredVersion): boolean;
  /** Asked before every batch. */
  pace: ErasePace;
  /** Called after every batch, before the next one; throws when this worker lost the run. */
  onErased(batch: ErasedBatch): Promise<void>;
  /** Asked just before every request that deletes; throws when another worker may be at it. */
  fence(): void;
  signal: AbortSignal;
}

/** A store that lies once may have been slow; one that lies three times has to be looked at. */
const mostRounds = 3;

/**
 * Deletes versions until a listing shows none: an answer that says "deleted" proves nothing. Continues wherever an earlier start stopped, because it
 * begins with what is there. Throws `store.erasure-incomplete` when the store keeps some.
 */
export async function eraseVersions({ eraser, goes, pace, onErased, fence, signal }: ErasingOptions): Promise<void> {
  let cause = 'it said that they were deleted';
  for (let round = 0; ; round++) {
    let left = 0;
    let batch: StoredVersion[] = [];
    const flush = async () => {
      await pace(batch.length, signal);
      signal.throwIfAborted();
      const outcomes = await eraser.deleteVersions(batch, { signal, fence });
      batch = [];
      const erased = outcomes.filter(({ outcome }) => outcome === 'erased');
      const refused = outcomes.find((one): one is Extract<Erasure, { outcome: 'refused' }> => one.outcome === 'refused');
      if (refused !== undefined) cause = refused.cause;
      if (erased.length > 0)
        await onErased({ versions: erased.length, bytes: erased.reduce((sum, { version }) => sum + version.sizeBytes, 0) });
    };
    for (const version of await listAll(eraser, goes, signal)) {
      left += 1;
      batch.push(version);
      if (round < mostRounds && batch.length === maxVersionsAtOnce) await flush();
    }
    if (left === 0) return;
    if (round === mostRounds) {
      const { region, point } = eraser.scope;
      throw new CbcrError('store.erasure-incomplete', { region, point, left, cause });
    }
    if (batch.length > 0) await flush();
  }
}

/** Whole before the first is deleted: what is deleted while a store lists may make it skip others. */
async function listAll(eraser: BlobEraser, goes: ErasingOptions['goes'], signal: AbortSignal): Promise<StoredVersion[]> {
  const found: StoredVersion[] = [];
  for await (const version of eraser.listVersions({ signal })) if (goes(version)) found.push(version);
  return found;
}
