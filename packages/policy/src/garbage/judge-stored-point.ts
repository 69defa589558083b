import type { CopyState, PointState, Reason } from '@cbcr/domain';

/** What a bucket holds of one point, and what the catalog says about it, asked after the bucket was listed. */
export interface StoredPointFacts {
  /** Null when the catalog does not know the point. */
  point: { state: PointState; storedBytes: number } | null;
  /** The point's copy in this region; null when there is none. */
  copy: CopyState | null;
  /** A run that has not ended captures the point, or works on it. */
  hasActiveRun: boolean;
  /** Of the segments in the bucket. */
  presentBytes: number;
  /** The bucket holds a manifest of the point. */
  hasManifest: boolean;
}

export type StoredPointVerdict =
  /** All of it may go. */
  | { keep: 'nothing'; reason: Reason }
  /** What the copy's manifest does not name may go. */
  | { keep: 'what-the-manifest-names'; reason: Reason }
  | { keep: 'everything'; reason: Reason };

const unknownPoint = 'point-unknown';
const unknownCopy = 'copy-unknown';
/** What no catalog of ours speaks of: a person has to look at it, and nothing of it goes by itself. */
export const isUnclaimed = ({ reason: { rule } }: StoredPointVerdict): boolean => rule === unknownPoint || rule === unknownCopy;

/**
 * Which objects of a point nobody refers to any more. Only what provably has no use is garbage: whatever a run that lives may still
 * write or read, whatever a later replicate can continue, and whatever this catalog knows nothing of is kept.
 */
export function judgeStoredPoint({ point, copy, hasActiveRun, presentBytes, hasManifest }: StoredPointFacts): StoredPointVerdict {
  if (point === null)
    return everything(unknownPoint, 'the catalog does not know the point: it may be another catalog’s, or this one was restored');
  switch (point.state) {
    case 'capturing':
      return everything('point-in-capture', 'its capture is under way');
    case 'failed':
      // A failed point never becomes another one, so a run that is still at work captures a point of its own.
      return nothing('capture-broke-off', 'its capture broke off; no later attempt uses what it stored');
    case 'deleted':
      return nothing('point-deleted', 'the point was deleted');
    case 'expiring':
      return everything('point-expiring', 'the deletion of the point is under way');
    case 'complete':
      break;
  }
  if (hasActiveRun) return everything('run-at-work', 'a run works on the point');
  if (copy === null) {
    // What looks whole was committed; only a catalog that was set back knows nothing of it.
    if (hasManifest)
      return everything(unknownCopy, 'the catalog knows of no copy here, but its manifest is there: the catalog may have been restored');
    return nothing('no-copy', 'the point has no copy in this region');
  }
  switch (copy) {
    case 'deleted':
      return nothing('copy-deleted', 'the copy was deleted');
    case 'expiring':
      return everything('copy-expiring', 'the deletion of the copy is under way');
    case 'stored':
    case 'verified':
      if (presentBytes <= point.storedBytes) return everything('copy-in-use', 'the copy is complete, and nothing is there beside it');
      return { keep: 'what-the-manifest-names', reason: { rule: 'not-in-manifest', text: 'the manifest of the copy does not name it' } };
    default:
      return everything('copy-owed', 'the copy is owed, and the run that makes it continues with what is there');
  }
}

const everything = (rule: string, text: string): StoredPointVerdict => ({ keep: 'everything', reason: { rule, text } });
const nothing = (rule: string, text: string): StoredPointVerdict => ({ keep: 'nothing', reason: { rule, text } });
