import type { InstanceId, Policy, PolicyId, Region, RegionId, RegionStatus, StoreSpec } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import { boolean, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
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
  spec: jsonb().$type<Policy>().notNull(),
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
    policyId: text('policy_id')
      .$type<PolicyId>()
      .notNull()
      .references(() => policies.id),
    dataClass: text('data_class').notNull(),
    labels: jsonb().$type<Record<string, string>>().notNull(),
    /** A reference or a sealed value, never plain text with a password. */
    connection: text().notNull(),
    source: text().$type<'config' | 'api'>().notNull(),
    createdAt: moment('created_at').notNull(),
    retiredAt: moment('retired_at'),
    /** Null when the policy has no schedule, or when the scheduler has not looked at the schedule yet. */
    nextDueAt: moment('next_due_at'),
  },
  (table) => [
    index('instances_due').on(table.nextDueAt).where(sql`${table.retiredAt} is null and ${table.nextDueAt} is not null`),
    index('instances_unscheduled').on(table.policyId).where(sql`${table.retiredAt} is null and ${table.nextDueAt} is null`),
  ],
);
