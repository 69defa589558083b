import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestKey, parseObjectKey } from '@cbcr/blobstore';
import type { InstanceId, RecoveryPointId, RegionId } from '@cbcr/domain';
import { isSegment } from './faults.ts';
import { succeed } from './perform.ts';
import type { Stage } from './stage.ts';

/** A complete point and the means to look at its copies and to damage them. */
export interface MadePoint {
  readonly id: RecoveryPointId;
  copies(): Promise<
    Record<string, { state: string; reason: { rule: string; text: string }; nextAttemptAt: Date | null; attempts: number }>
  >;
  /** Keys of the point in a region, in their order. */
  keys(region: RegionId): Promise<string[]>;
  segments(region: RegionId): Promise<string[]>;
  /** Key and SHA-256 of every object: equal exactly when two regions hold the same bytes. */
  fingerprint(region: RegionId): Promise<string[]>;
  manifest: string;
  flipByte(region: RegionId, key: string): Promise<void>;
  remove(region: RegionId, key: string): Promise<void>;
  overwrite(region: RegionId, key: string, change: (bytes: Buffer) => Buffer): Promise<void>;
  verify(...regions: RegionId[]): Promise<void>;
}

/** Backs the instance up; regions must lie in folders. */
export async function makePoint(stage: Stage, instance: InstanceId): Promise<MadePoint> {
  const { point: id } = await succeed(stage, 'backup', { instance, params: {} });
  const fileOf = (region: RegionId, key: string) => join(stage.folder, region, key);
  const overwrite = async (region: RegionId, key: string, change: (bytes: Buffer) => Buffer) => {
    const changed = change(await readFile(fileOf(region, key)));
    await rm(fileOf(region, key));
    await writeFile(fileOf(region, key), changed);
  };
  const keys = async (region: RegionId) => {
    const found: string[] = [];
    for await (const { key } of (await stage.storeOf(region)).list(`v1/${instance}/`))
      if (parseObjectKey(key)?.point === id) found.push(key);
    return found;
  };
  return {
    id,
    keys,
    manifest: manifestKey(instance, id),
    copies: async () => Object.fromEntries((await stage.catalog.copies.list(id)).map((copy) => [copy.region, copy])),
    segments: async (region) => (await keys(region)).filter(isSegment),
    fingerprint: async (region) =>
      Promise.all(
        (await keys(region)).map(
          async (key) =>
            `${key} ${createHash('sha256')
              .update(await readFile(fileOf(region, key)))
              .digest('hex')}`,
        ),
      ),
    overwrite,
    flipByte: (region, key) => overwrite(region, key, (bytes) => bytes.fill((bytes[100] ?? 0) ^ 1, 100, 101)),
    remove: (region, key) => rm(fileOf(region, key)),
    async verify(...regions) {
      for (const region of regions) await succeed(stage, 'verify', { instance, params: { point: id, region }, point: id, region });
    },
  };
}

/** The one at `index`, which has to exist. */
export function nth<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`there is no item ${index} of ${items.length}`);
  return item;
}
