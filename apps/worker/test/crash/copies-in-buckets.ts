import { parseObjectKey, readManifest, verifyCopy, withReadOnly } from '@cbcr/blobstore';
import type { Clock, CopyState, RecoveryPointId } from '@cbcr/domain';
import { findGarbage } from '@cbcr/operations';
import type { CrashStage, Lane } from './crash-stage.ts';
import { lanes } from './crash-stage.ts';

/** Reads every byte of the copy and checks it; throws when one is missing or wrong. Gives the stored bytes. */
export async function readCopy(stage: CrashStage, point: RecoveryPointId, lane: Lane, clock: Clock): Promise<number> {
  const store = stage.stores[lane];
  const { manifestSha256 } = await stage.database.catalog.points.get(point);
  if (manifestSha256 === null) throw new Error(`${point} is not complete`);
  const { manifest, dataKey } = await readManifest(store, {
    instance: stage.shop,
    point,
    expectedSha256: manifestSha256,
    keys: stage.keys,
    signal: undefined,
  });
  const copy = { region: stage.regions[lane].id, store };
  return (await verifyCopy({ manifest, copy, dataKey, clock })).storedBytes;
}

/** Keys of the bucket that are under one of these points. */
export async function keysOf(stage: CrashStage, lane: Lane, points: readonly RecoveryPointId[]): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of stage.stores[lane].list(`v1/${stage.shop}/`)) {
    const parsed = parseObjectKey(key);
    if (parsed !== null && points.includes(parsed.point)) keys.push(key);
  }
  return keys;
}

/** Of the objects under these points, those that are garbage in the lane's bucket. */
export async function garbageOf(stage: CrashStage, lane: Lane, points: readonly RecoveryPointId[]): Promise<string[]> {
  const keys: string[] = [];
  const search = { catalog: stage.database.catalog, store: withReadOnly(stage.stores[lane]), instance: stage.shop };
  for await (const { key, point } of findGarbage(search)) if (points.includes(point)) keys.push(key);
  return keys;
}

/** Of a copy that is going: a manifest has all of its segments, and what is called deleted has no byte. Others may be deleting it meanwhile. */
async function findFalseClaims(stage: CrashStage, id: RecoveryPointId, lane: Lane, state: CopyState, clock: Clock): Promise<string[]> {
  const left = async () => keysOf(stage, lane, [id]);
  if (state === 'deleted') return (await left()).map((key) => `${key} in ${lane} is there, and its copy is called deleted`);
  if (state !== 'expiring') return [];
  const hasManifest = async () => (await left()).some((key) => parseObjectKey(key)?.kind === 'manifest');
  if (!(await hasManifest())) return [];
  const trouble = await readCopy(stage, id, lane, clock).then(
    () => null,
    (error: unknown) => String(error),
  );
  // The manifest goes first: where it still is, every segment was there a moment ago.
  return trouble !== null && (await hasManifest()) ? [`${id} in ${lane} looks whole and is not: ${trouble}`] : [];
}

/**
 * What must hold at every moment, also right after a death: a copy that the catalog calls stored or verified has its manifest and all of its bytes, one
 * that is going has all of them as long as it has its manifest, one that is called deleted has none,
 * a point that can be restored is complete, a point that is not complete offers no copy, and what a run may still use is no garbage.
 */
export async function findHalfMade(stage: CrashStage, points: readonly RecoveryPointId[], clock: Clock): Promise<string[]> {
  const { catalog } = stage.database;
  const problems: string[] = [];
  for (const id of points) {
    const point = await catalog.points.get(id);
    for (const lane of lanes) {
      const copy = point.copies.find(({ region }) => region === stage.regions[lane].id);
      if (copy === undefined) continue;
      problems.push(...(await findFalseClaims(stage, id, lane, copy.state, clock)));
      if (!['stored', 'verified'].includes(copy.state)) continue;
      if (point.state !== 'complete') problems.push(`${id} is ${point.state} and its copy in ${lane} is ${copy.state}`);
      else await readCopy(stage, id, lane, clock).catch((error: unknown) => problems.push(`${id} in ${lane}: ${String(error)}`));
    }
  }
  for (const lane of lanes) {
    const garbage = await garbageOf(stage, lane, points);
    // Asked afterwards: another attempt may have given a point up meanwhile, but none comes back.
    for (const id of points) {
      const { state } = await catalog.points.get(id);
      const used = garbage.filter((key) => key.includes(id));
      if (state !== 'failed' && used.length > 0) problems.push(`${id} is ${state}, and called garbage in ${lane}: ${used.join(', ')}`);
    }
  }
  const offered = await catalog.points.latestRestorable(stage.shop, { acceptUnverified: true });
  if (offered !== null && offered.state !== 'complete') problems.push(`${offered.id} is offered although it is ${offered.state}`);
  return problems;
}
