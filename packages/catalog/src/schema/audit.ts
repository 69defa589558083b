import type { JsonValue } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from './moment.ts';

/**
 * A chain: each row holds the hash of the row before it, and its own. Triggers refuse update, delete and truncate, and rows that do not
 * follow the last one.
 */
export const auditEvents = pgTable(
  'audit_events',
  {
    /** Counts up by one in the order of commits. */
    id: bigint({ mode: 'number' }).primaryKey(),
    at: moment('at').notNull(),
    actor: text().notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    facts: jsonb().$type<Readonly<Record<string, JsonValue>>>().notNull(),
    prevHash: text('prev_hash').notNull(),
    hash: text().notNull(),
  },
  (table) => [
    index('audit_of_subject').on(table.subject, table.id),
    // A thousandth of a B-tree: rows come in the order of their moments, nearly.
    index('audit_by_moment').using('brin', table.at),
  ],
);

/** The end of the chain, in one row. Whoever appends holds it until the commit, so that the chain never forks. */
export const auditHead = pgTable(
  'audit_head',
  {
    singleton: boolean().primaryKey().default(true),
    /** Random, of this catalog alone: what the first event names as the hash before it. */
    chainId: text('chain_id').notNull(),
    lastId: bigint('last_id', { mode: 'number' }).notNull(),
    lastHash: text('last_hash').notNull(),
  },
  (table) => [check('audit_head_is_one_row', sql`${table.singleton}`)],
);

/** The legal changes of state, the same rows as the tables of `@cbcr/domain`; triggers read it. Migrations alone write it. */
export const stateTransitions = pgTable(
  'state_transitions',
  {
    machine: text().$type<'run' | 'point' | 'copy'>().notNull(),
    from: text('from_state').notNull(),
    to: text('to_state').notNull(),
    /** Whether the control plane may make the change without a run. Always true for runs, whose epoch rules are their own. */
    controlPlane: boolean('control_plane').notNull(),
  },
  (table) => [primaryKey({ name: 'state_transitions_pkey', columns: [table.machine, table.from, table.to] })],
);
