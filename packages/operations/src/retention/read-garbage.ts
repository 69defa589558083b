import { type BlobStore, type StoredVersion, withReadOnly } from '@cbcr/blobstore';
import type { Catalog } from '@cbcr/catalog';
import type { InstanceId, RecoveryPointId, RegionId } from '@cbcr/domain';
import { judgeStoredPoint, type StoredPointVerdict } from '@cbcr/policy';
import { findGarbage } from '../garbage/find-garbage.ts';
import { youngest } from '../garbage/youngest.ts';

/** What of one point in one region nobody refers to. */
export interface GarbageOfPoint {
  found: StoredPointVerdict;
  /** Of the youngest object of it; null: nothing is there, or the store does not say. */
  writtenAt: Date | null;
  /** An earlier attempt began its end, and nothing is seen of it any more. */
  isEnding: boolean;
  goes(version: StoredVersion): boolean;
}

interface GarbageQuestion {
  catalog: Catalog;
  store: BlobStore;
  instance: InstanceId;
  point: RecoveryPointId;
  /** When an earlier attempt began to delete it; null: none did. */
  begunAt: Date | null;
  signal: AbortSignal;
}

const nothing = { rule: 'no-garbage', text: 'everything that is there is in use, or nothing is there' };

/** Lists what is there and asks the catalog afterwards, as the search for garbage does. */
export async function readGarbage({ catalog, store, instance, point, begunAt, signal }: GarbageQuestion): Promise<GarbageOfPoint> {
  const keys = new Set<string>();
  const dates: (Date | null)[] = [];
  let found: StoredPointVerdict = { keep: 'everything', reason: nothing };
  for await (const garbage of findGarbage({ catalog, store: withReadOnly(store), instance, point, signal })) {
    const { key, keep, reason, writtenAt } = garbage;
    // Nothing is asked for that is nobody's.
    if (keep === 'unclaimed') continue;
    keys.add(key);
    dates.push(writtenAt);
    found = { keep, reason };
  }
  const isEnding = keys.size === 0 && begunAt !== null;
  if (isEnding) found = await judgeNothing(catalog, store.region, point);
  // Older versions, and what delete markers hide, go with all the rest.
  const isAll = found.keep === 'nothing';
  return { found, writtenAt: youngest(dates), isEnding, goes: ({ key }) => isAll || keys.has(key) };
}

/** Of a point of which the bucket shows nothing any more: older versions may be left of it, which only the eraser sees. */
async function judgeNothing(catalog: Catalog, region: RegionId, id: RecoveryPointId): Promise<StoredPointVerdict> {
  const facts = (await catalog.points.factsOf([id])).get(id);
  return judgeStoredPoint({
    point: facts?.point ?? null,
    copy: facts?.point.copies.find((copy) => copy.region === region)?.state ?? null,
    hasActiveRun: (facts?.activeRuns.length ?? 0) > 0,
    presentBytes: 0,
    hasManifest: false,
  });
}
