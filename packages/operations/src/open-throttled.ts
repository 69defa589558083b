import { type BlobStore, type PaceBody, withPace } from '@cbcr/blobstore';
import type { Region, RegionId } from '@cbcr/domain';
import type { Link, Priority } from '@cbcr/throttle';
import type { OperationDependencies } from './operation-dependencies.ts';

/** Between which regions the bytes of a run go, and who goes first where they meet others of the same worker. */
export interface Traffic {
  link: Link;
  priority: Priority;
}

/** What runs read and write, by what they are for. A restore is waited for by people, a verification by nobody. */
export const traffic = {
  backup: (home: RegionId, target: RegionId): Traffic => ({ link: { source: home, target }, priority: 'backup' }),
  replicate: (source: RegionId, target: RegionId): Traffic => ({ link: { source, target }, priority: 'debt' }),
  restore: (source: RegionId, target: RegionId): Traffic => ({ link: { source, target }, priority: 'restore' }),
  verify: (region: RegionId): Traffic => ({ link: { source: region, target: region }, priority: 'drill' }),
} as const;

/** A region's store, every body of which keeps the bandwidth limits of the link. */
export async function openThrottled(
  { openStore, throttle }: Pick<OperationDependencies, 'openStore' | 'throttle'>,
  region: Region,
  { link, priority }: Traffic,
): Promise<BlobStore> {
  const pace: PaceBody = (body, signal) => throttle.pace(link, body, { priority, signal });
  pace.passes = () => throttle.passes(link);
  return withPace(await openStore(region), pace);
}
