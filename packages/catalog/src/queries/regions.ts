import { CbcrError, isSamePlace, type Region, type RegionId, type StoreSpec } from '@cbcr/domain';
import { and, asc, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { regions } from '../schema/instances.ts';
import { copies } from '../schema/points.ts';
import { forgetCapabilities } from './capabilities.ts';
import { writerColumns } from './fence.ts';
import { forgetLinks } from './links.ts';

export interface CatalogRegion extends Region {
  /** False once cbcr.yaml no longer names the region: nothing new goes there, copies that are there stay readable. */
  listed: boolean;
}

export interface RegionQueries {
  /** Makes these the listed regions. A region that vanished keeps its row and is no longer listed. */
  applyAll(regions: readonly Region[]): Promise<void>;
  /** By id; listed regions only, unless asked otherwise. */
  list(options?: { unlisted?: boolean }): Promise<CatalogRegion[]>;
  /** Listed or not. Throws `region.not-found`. */
  get(id: RegionId): Promise<CatalogRegion>;
}

export async function upsertRegions(tx: Executor, now: Date, wanted: readonly Region[]): Promise<void> {
  const ids = wanted.map((region) => region.id);
  await tx
    .update(regions)
    .set({ listed: false, updatedAt: now })
    .where(sql`${regions.listed} and ${notInArray(regions.id, ids)}`);
  if (wanted.length === 0) return;
  const values = wanted.map(({ provider, keyId, coordinates, prices, ...rest }) => ({
    ...rest,
    provider: provider ?? null,
    keyId: keyId ?? null,
    coordinates: coordinates ?? null,
    prices: prices ?? null,
    listed: true,
    updatedAt: now,
  }));
  await doubtCopiesOfMovedStores(tx, now, wanted);
  await tx
    .insert(regions)
    .values(values.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    .onConflictDoUpdate({
      target: regions.id,
      set: {
        jurisdictions: sql`excluded.jurisdictions`,
        provider: sql`excluded.provider`,
        keyId: sql`excluded.key_id`,
        store: sql`excluded.store`,
        coordinates: sql`excluded.coordinates`,
        status: sql`excluded.status`,
        partners: sql`excluded.partners`,
        prices: sql`excluded.prices`,
        listed: true,
        updatedAt: now,
      },
    });
}

/**
 * A region whose store is now another place holds nothing that anybody has seen there: its verified copies must be verified again, and the
 * reconciler makes anew what is missing.
 */
async function doubtCopiesOfMovedStores(tx: Executor, now: Date, wanted: readonly Region[]): Promise<void> {
  const known = await tx.select({ id: regions.id, store: regions.store }).from(regions).for('no key update');
  const moved = known.filter(({ id, store }) => {
    const region = wanted.find((candidate) => candidate.id === id);
    return region !== undefined && !isSamePlace(store, region.store);
  });
  if (moved.length === 0) return;
  const ids = moved.map((region) => region.id);
  await forgetCapabilities(tx, ids);
  await forgetLinks(tx, ids);
  const reason = { rule: 'store-moved', text: 'the store of the region is another one now: nobody has seen the copy there' };
  await tx
    .update(copies)
    .set({ state: 'stored', reason, since: now, nextAttemptAt: null, ...writerColumns(null) })
    .where(and(inArray(copies.regionId, ids), eq(copies.state, 'verified')));
}

/** Locks where the region's store is for the transaction. Throws `store.moved` when that is no longer `seen`. */
export async function requireStore(tx: Executor, id: RegionId, seen: StoreSpec): Promise<void> {
  const [row] = await tx.select({ store: regions.store }).from(regions).where(eq(regions.id, id)).for('share');
  if (row === undefined || !isSamePlace(row.store, seen)) throw new CbcrError('store.moved', { region: id });
}

/**
 * All regions, listed or not, by id. Nothing becomes verified in them until the transaction ends: whoever verifies a copy looks at its region first
 * ({@link requireStore}).
 */
export async function lockRegions(tx: Executor): Promise<CatalogRegion[]> {
  const rows = await tx.select().from(regions).orderBy(asc(regions.id)).for('no key update');
  return rows.map(toRegion);
}

/** Throws `region.not-found` with the regions that could have been meant. */
export async function requireRegion(tx: Executor, id: RegionId): Promise<CatalogRegion> {
  const [row] = await tx.select().from(regions).where(eq(regions.id, id));
  if (row !== undefined) return toRegion(row);
  const known = await tx.select({ id: regions.id }).from(regions).where(eq(regions.listed, true)).orderBy(asc(regions.id));
  throw new CbcrError('region.not-found', { region: id, known: known.map((region) => region.id).join(', ') || 'none' });
}

export function toRegion(row: typeof regions.$inferSelect): CatalogRegion {
  const { provider, keyId, coordinates, prices, updatedAt: _updatedAt, ...rest } = row;
  return {
    ...rest,
    ...(provider === null ? {} : { provider }),
    ...(keyId === null ? {} : { keyId }),
    ...(coordinates === null ? {} : { coordinates }),
    ...(prices === null ? {} : { prices }),
  };
}

export function createRegionQueries({ clock, attempt, transact }: QueryContext): RegionQueries {
  return {
    applyAll(wanted) {
      const now = clock.now();
      return transact((tx) => upsertRegions(tx, now, wanted));
    },
    list: ({ unlisted = false } = {}) =>
      attempt(async (db) => {
        const rows = await db
          .select()
          .from(regions)
          .where(unlisted ? undefined : eq(regions.listed, true))
          .orderBy(asc(regions.id));
        return rows.map(toRegion);
      }),
    get: (id) => attempt((db) => requireRegion(db, id)),
  };
}
