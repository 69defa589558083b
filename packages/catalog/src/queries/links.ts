import { isDeepStrictEqual } from 'node:util';
import { type LinkMeasurement, linkKey, type MeasuredLinks, type Region, type RegionId } from '@cbcr/domain';
import { eq, inArray, or, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { regions } from '../schema/instances.ts';
import { linkMeasurements } from '../schema/link-measurements.ts';

export interface LinkQueries {
  /**
   * Keeps how long a worker of `to` waited for a small answer of the store of `from`, in place of what was known. False, and nothing is kept, when the
   * region has another store by now.
   */
  recordLatency(from: Pick<Region, 'id' | 'store'>, to: RegionId, latencyMs: number): Promise<boolean>;
  /** Keeps what a transfer from the store of `from` to `to` reached, under the same condition. */
  recordThroughput(from: Pick<Region, 'id' | 'store'>, to: RegionId, bytesPerSecond: number): Promise<boolean>;
  /** By {@link linkKey}; what nobody measured is missing. */
  read(): Promise<MeasuredLinks>;
}

/** What was measured of one store says nothing about the one that the region has instead. */
export async function forgetLinks(tx: Executor, moved: readonly RegionId[]): Promise<void> {
  await tx
    .delete(linkMeasurements)
    .where(or(inArray(linkMeasurements.fromRegion, [...moved]), inArray(linkMeasurements.toRegion, [...moved])));
}

export function createLinkQueries({ attempt, transact }: QueryContext): LinkQueries {
  const record = (
    { id, store }: Pick<Region, 'id' | 'store'>,
    to: RegionId,
    facts: Partial<typeof linkMeasurements.$inferInsert>,
    at: object,
  ) =>
    transact(async (tx) => {
      // Locked against a change of the store, which forgets what was measured of the old one.
      const [row] = await tx.select({ store: regions.store }).from(regions).where(eq(regions.id, id)).for('share');
      if (!isDeepStrictEqual(row?.store, store)) return false;
      const values = { ...facts, ...at };
      await tx
        .insert(linkMeasurements)
        .values({ fromRegion: id, toRegion: to, ...values })
        .onConflictDoUpdate({ target: [linkMeasurements.fromRegion, linkMeasurements.toRegion], set: values });
      return true;
    });
  return {
    recordLatency: (from, to, latencyMs) => record(from, to, { latencyMs }, { latencyAt: sql`now()` }),
    recordThroughput: (from, to, bytesPerSecond) =>
      record(from, to, { bytesPerSecond: Math.round(bytesPerSecond) }, { throughputAt: sql`now()` }),
    read: () =>
      attempt(async (db) => {
        const rows = await db.select().from(linkMeasurements);
        return new Map(rows.map(({ fromRegion, toRegion, ...facts }): [string, LinkMeasurement] => [linkKey(fromRegion, toRegion), facts]));
      }),
  };
}
