import type { RegionId } from '@cbcr/domain';
import { bigint, doublePrecision, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { regions } from './instances.ts';
import { moment } from './moment.ts';

/** What workers last measured of the way from one region's store to the workers of another. */
export const linkMeasurements = pgTable(
  'link_measurements',
  {
    fromRegion: text('from_region')
      .$type<RegionId>()
      .notNull()
      .references(() => regions.id),
    toRegion: text('to_region')
      .$type<RegionId>()
      .notNull()
      .references(() => regions.id),
    /** Of a small request and its answer. */
    latencyMs: doublePrecision('latency_ms'),
    latencyAt: moment('latency_at'),
    /** What a transfer reached, limits and all. */
    bytesPerSecond: bigint('bytes_per_second', { mode: 'number' }),
    throughputAt: moment('throughput_at'),
  },
  (table) => [primaryKey({ name: 'link_measurements_pkey', columns: [table.fromRegion, table.toRegion] })],
);
