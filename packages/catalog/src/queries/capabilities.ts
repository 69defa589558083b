import { isDeepStrictEqual } from 'node:util';
import type { ProbedCapabilities, Region, RegionId } from '@cbcr/domain';
import { asc, eq, inArray, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { regions } from '../schema/instances.ts';
import { regionCapabilities } from '../schema/region-capabilities.ts';

/** What one worker found when it tried the store of its region. */
export interface RegionProbe extends ProbedCapabilities {
  conditionalPut: boolean;
  checksums: boolean;
  /** Id of the worker. */
  worker: string;
}

export interface CapabilityQueries {
  /**
   * Keeps what was found in the store of the region, in place of what was known, with the time of the server. False, and nothing is kept, when the
   * region has another store by now.
   */
  record(region: Pick<Region, 'id' | 'store'>, found: Omit<RegionProbe, 'probedAt'>): Promise<boolean>;
  /** Regions that are missing have not been probed yet. */
  read(): Promise<ReadonlyMap<RegionId, RegionProbe>>;
}

/** What was found in a store says nothing about the one that the region has instead. */
export async function forgetCapabilities(tx: Executor, moved: readonly RegionId[]): Promise<void> {
  await tx.delete(regionCapabilities).where(inArray(regionCapabilities.regionId, [...moved]));
}

export function createCapabilityQueries({ attempt, transact }: QueryContext): CapabilityQueries {
  return {
    record: ({ id, store }, found) =>
      transact(async (tx) => {
        // Locked against a change of the store, which forgets what was found in the old one.
        const [row] = await tx.select({ store: regions.store }).from(regions).where(eq(regions.id, id)).for('share');
        if (!isDeepStrictEqual(row?.store, store)) return false;
        const facts = { ...found, probedAt: sql`now()` };
        await tx
          .insert(regionCapabilities)
          .values({ regionId: id, ...facts })
          .onConflictDoUpdate({ target: regionCapabilities.regionId, set: facts });
        return true;
      }),
    read: () =>
      attempt(async (db) => {
        const rows = await db.select().from(regionCapabilities).orderBy(asc(regionCapabilities.regionId));
        return new Map(rows.map(({ regionId, ...probe }) => [regionId, probe]));
      }),
  };
}
