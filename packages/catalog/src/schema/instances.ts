import type { InstanceId, PolicyId, Priority, Region, RegionId, RegionStatus, RulebookPolicy, Schedule, StoreSpec } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './moment.ts';

export const regions = pgTable('regions', {
  id: text().$type<RegionId>().primaryKey(),
  jurisdictions: text().array().notNull(),
  provider: text(),
  keyId: text('key_id'),
  /** Secrets only as references. */
  store: jsonb().$type<StoreSpec>().notNull(),
  coordinates: jsonb().$type<NonNullable<Region['coordinates']>>(),
  status: text().$type<RegionStatus>().notNull().default('active'),
  partners: text().array().$type<RegionId[]>().notNull().default([]),
  prices: jsonb().$type<NonNullable<Region['prices']>>(),
  /** False once cbcr.yaml no longer names the region. The row stays: copies may still be there. */
  listed: boolean().notNull().default(true),
  updatedAt: moment('updated_at').notNull(),
});

export const policies = pgTable('policies', {
  id: text().$type<PolicyId>().primaryKey(),
  spec: jsonb().$type<RulebookPolicy>().notNull(),
  /** SHA-256 of the canonical JSON of `spec`. */
  hash: text().notNull(),
  listed: boolean().notNull().default(true),
  updatedAt: moment('updated_at').notNull(),
});

export const instances = pgTable(
  'instances',
  {
    id: text().$type<InstanceId>().primaryKey(),
    engine: text().notNull(),
    homeRegion: text('home_region')
      .$type<RegionId>()
      .notNull()
      .references(() => regions.id),
    /** Null when only selectors say which policies apply. */
    policyId: text('policy_id')
      .$type<PolicyId>()
      .references(() => policies.id),
    dataClass: text('data_class').notNull(),
    labels: jsonb().$type<Record<string, string>>().notNull(),
    /** A reference or a sealed value, never plain text with a password. */
    connection: text().notNull(),
    source: text().$type<'config' | 'api'>().notNull(),
    createdAt: moment('created_at').notNull(),
    retiredAt: moment('retired_at'),
    /** Of the policies that apply to it, as the scheduler worked it out for `schedule_version`. */
    schedule: jsonb().$type<Schedule>(),
    /** From the same policies as `schedule`. */
    priority: text().$type<Priority>(),
    /** Version of the rulebook that `schedule` comes from; null: the scheduler has to look. */
    scheduleVersion: integer('schedule_version'),
    /** Null when there is no schedule, or when the scheduler has not looked yet. */
    nextDueAt: moment('next_due_at'),
    /** When its copies must be judged again: whether they expire, and when. */
    retentionDueAt: moment('retention_due_at').notNull().default(sql`now()`),
  },
  (table) => [
    index('instances_due').on(table.nextDueAt).where(sql`${table.retiredAt} is null and ${table.nextDueAt} is not null`),
    index('instances_retention_due').on(table.retentionDueAt),
    index('instances_schedule_version').on(table.scheduleVersion).where(sql`${table.retiredAt} is null`),
  ],
);

/** How instances were described before somebody changed them. A trigger writes it, and rows are only added. */
export const instanceVersions = pgTable(
  'instance_versions',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    instanceId: text('instance_id')
      .$type<InstanceId>()
      .notNull()
      .references(() => instances.id),
    engine: text().notNull(),
    homeRegion: text('home_region').$type<RegionId>().notNull(),
    policyId: text('policy_id').$type<PolicyId>(),
    dataClass: text('data_class').notNull(),
    labels: jsonb().$type<Record<string, string>>().notNull(),
    endedAt: moment('ended_at').notNull(),
  },
  (table) => [index('versions_of_instance').on(table.instanceId, table.endedAt)],
);
