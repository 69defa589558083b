import { and, desc, eq, lt } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { auditEvents } from '../schema/audit.ts';

export interface AuditEvent {
  id: number;
  at: Date;
  /** Who: a user of the API, `config`, `scheduler`, or `run:<id>`. */
  actor: string;
  /** What, as noun.verb: `instance.added`. */
  action: string;
  /** The id of what it happened to. */
  subject: string;
  /** Details for people; nothing secret. */
  facts: Record<string, unknown>;
}
export type NewAuditEvent = Pick<AuditEvent, 'actor' | 'action' | 'subject'> & { facts?: Record<string, unknown> };

export interface AuditQueries {
  /** Events can never be changed or removed. */
  append(event: NewAuditEvent): Promise<void>;
  /** Newest first. `before` is the id of the last event already seen. */
  list(filter?: { subject?: string; before?: number; limit?: number }): Promise<AuditEvent[]>;
}

export async function insertAuditEvent(tx: Executor, at: Date, event: NewAuditEvent): Promise<void> {
  await tx.insert(auditEvents).values({ at, facts: {}, ...event });
}

export function createAuditQueries({ clock, attempt }: QueryContext): AuditQueries {
  return {
    append: (event) => {
      const at = clock.now();
      return attempt((db) => insertAuditEvent(db, at, event));
    },
    list: ({ subject, before, limit = 100 } = {}) =>
      attempt((db) =>
        db
          .select()
          .from(auditEvents)
          .where(
            and(
              subject === undefined ? undefined : eq(auditEvents.subject, subject),
              before === undefined ? undefined : lt(auditEvents.id, before),
            ),
          )
          .orderBy(desc(auditEvents.id))
          .limit(limit),
      ),
  };
}
