import type { RegionId } from '@cbcr/domain';
import { boolean, pgTable, text } from 'drizzle-orm/pg-core';
import { regions } from './instances.ts';
import { moment } from './moment.ts';

/** What a worker found last when it tried the store of its region. No row: nobody has tried this store yet. */
export const regionCapabilities = pgTable('region_capabilities', {
  regionId: text('region_id')
    .$type<RegionId>()
    .primaryKey()
    .references(() => regions.id),
  conditionalPut: boolean('conditional_put').notNull(),
  versioning: boolean().notNull(),
  objectLock: boolean('object_lock').notNull(),
  checksums: boolean().notNull(),
  serverSideCopy: boolean('server_side_copy').notNull(),
  /** Where the provider says that the bucket is; null when it does not say. */
  location: text(),
  probedAt: moment('probed_at').notNull(),
  /** Id of the worker. */
  worker: text().notNull(),
});
