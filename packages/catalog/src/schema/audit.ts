import { bigint, boolean, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from './moment.ts';

/** Append-only: a trigger refuses update, delete and truncate. */
export const auditEvents = pgTable(
  'audit_events',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: moment('at').notNull(),
    actor: text().notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    facts: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (table) => [index('audit_of_subject').on(table.subject, table.id)],
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
