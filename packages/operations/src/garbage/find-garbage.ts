import {
  type BlobStore,
  instancePrefix,
  type ListedBlob,
  type ParsedObjectKey,
  parseObjectKey,
  pointPrefix,
  readManifest,
  segmentKey,
} from '@cbcr/blobstore';
import type { Catalog, PointFacts } from '@cbcr/catalog';
import { type InstanceId, type Reason, type RecoveryPointId, toCbcrError } from '@cbcr/domain';
import { isUnclaimed, judgeStoredPoint, type StoredPointVerdict } from '@cbcr/policy';

export interface Garbage extends ListedBlob {
  instance: InstanceId;
  point: RecoveryPointId;
  /** `unclaimed`: no catalog of ours speaks of it, so that a person has to look at it. */
  keep: 'nothing' | 'what-the-manifest-names' | 'unclaimed';
  reason: Reason;
}

export interface GarbageSearch {
  catalog: Catalog;
  /** Only read; of the region that is searched. */
  store: BlobStore;
  /** Searches this instance alone. */
  instance?: InstanceId | undefined;
  /** Searches this point of the instance alone. */
  point?: RecoveryPointId | undefined;
  /** Names also what is nobody's. */
  unclaimed?: boolean;
  signal?: AbortSignal | undefined;
}

/** So many points are asked of the catalog at once. */
const pointsAtOnce = 200;

/**
 * The objects of a region's bucket that nobody refers to any more, with the reason for each: what captures that broke off left behind, manifests among
 * them, and what lies beside a copy. Changes nothing. The bucket is listed first and the catalog is asked afterwards, so that a point which began meanwhile
 * is known to be in capture. Whoever deletes asks again just before. Objects whose names are not CBCR's are never named; the objects of one point follow
 * each other.
 */
export async function* findGarbage(search: GarbageSearch): AsyncGenerator<Garbage, void, undefined> {
  const { store, instance, point, signal } = search;
  const prefix = instance === undefined ? 'v1/' : point === undefined ? instancePrefix(instance) : pointPrefix(instance, point);
  let batch = new Map<RecoveryPointId, StoredObject[]>();
  for await (const info of store.list(prefix, { signal })) {
    const parsed = parseObjectKey(info.key);
    if (parsed === null) continue;
    // Objects of one point follow each other in the listing.
    if (batch.size >= pointsAtOnce && !batch.has(parsed.point)) {
      yield* judgeBatch(search, batch);
      batch = new Map();
    }
    const objects = batch.get(parsed.point) ?? [];
    objects.push({ ...info, parsed });
    batch.set(parsed.point, objects);
  }
  yield* judgeBatch(search, batch);
}

interface StoredObject extends ListedBlob {
  parsed: ParsedObjectKey;
}

async function* judgeBatch(search: GarbageSearch, batch: ReadonlyMap<RecoveryPointId, readonly StoredObject[]>): AsyncGenerator<Garbage> {
  const known = await search.catalog.points.factsOf([...batch.keys()]);
  for (const [id, objects] of batch) {
    const facts = known.get(id) ?? null;
    const segments = objects.filter(({ parsed }) => parsed.kind === 'segment');
    const verdict = judgeStoredPoint({
      point: facts?.point ?? null,
      copy: facts?.point.copies.find(({ region }) => region === search.store.region)?.state ?? null,
      hasActiveRun: (facts?.activeRuns.length ?? 0) > 0,
      presentBytes: segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      hasManifest: objects.some(({ parsed }) => parsed.kind === 'manifest'),
    });
    const { reason } = verdict;
    const keep = verdict.keep === 'everything' ? 'unclaimed' : verdict.keep;
    const isUsed = search.unclaimed === true && isUnclaimed(verdict) ? () => false : await usesOf(search, verdict, facts);
    for (const { parsed, ...info } of objects) {
      if (!isUsed(info.key, parsed)) yield { ...info, instance: parsed.instance, point: id, keep, reason };
    }
  }
}

type IsUsed = (key: string, parsed: ParsedObjectKey) => boolean;

async function usesOf({ store, signal }: GarbageSearch, { keep }: StoredPointVerdict, facts: PointFacts | null): Promise<IsUsed> {
  if (keep === 'nothing') return () => false;
  if (keep === 'everything' || facts === null) return () => true;
  const { id: point, instance, manifestSha256 } = facts.point;
  try {
    const expectedSha256 = manifestSha256 ?? undefined;
    const { manifest } = await readManifest(store, { instance, point, expectedSha256, keys: null, signal });
    const named = manifest.streams.flatMap(({ name, segments }) =>
      segments.map((segment) => segmentKey(instance, point, { stream: name, ...segment })),
    );
    const used = new Set(named);
    return (key, { kind }) => kind === 'manifest' || used.has(key);
  } catch (error) {
    signal?.throwIfAborted();
    // Without the manifest nobody can tell; verification will.
    if (toCbcrError(error).treatment === 'outage') throw error;
    return () => true;
  }
}
