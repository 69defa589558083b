import type { RegionId } from '@cbcr/domain';
import { boolean, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './moment.ts';

/** Worker processes as they last reported. No foreign key to regions: a worker may start before the configuration is applied. */
export const workers = pgTable(
  'workers',
  {
    id: text().primaryKey(),
    regionId: text('region_id').$type<RegionId>().notNull(),
    host: text().notNull(),
    pid: integer().notNull(),
    version: text().notNull(),
    startedAt: moment('started_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
    storeOk: boolean('store_ok').notNull(),
    storeReason: text('store_reason').notNull(),
    /** When `store_ok` last changed. */
    since: moment('since').notNull(),
  },
  (table) => [index('workers_of_region').on(table.regionId)],
);
