import type { InstanceId, RecoveryPointId, RegionId, RunId } from '@cbcr/domain';
import { bigint, pgTable, text } from 'drizzle-orm/pg-core';
import { instances, regions } from './instances.ts';
import { moment } from './moment.ts';
import { recoveryPoints } from './points.ts';
import { runs } from './runs.ts';

/** The newest restore of each instance that came to its end: what shows that its points can be restored, and how long it takes. */
export const lastRestores = pgTable('last_restores', {
  instanceId: text('instance_id')
    .$type<InstanceId>()
    .primaryKey()
    .references(() => instances.id),
  pointId: text('point_id')
    .$type<RecoveryPointId>()
    .notNull()
    .references(() => recoveryPoints.id),
  runId: text('run_id')
    .$type<RunId>()
    .notNull()
    .references(() => runs.id),
  /** Where it was restored. */
  regionId: text('region_id')
    .$type<RegionId>()
    .notNull()
    .references(() => regions.id),
  requestedAt: moment('requested_at').notNull(),
  finishedAt: moment('finished_at').notNull(),
  plaintextBytes: bigint('plaintext_bytes', { mode: 'number' }).notNull(),
});
