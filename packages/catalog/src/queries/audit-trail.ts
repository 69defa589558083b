import type { AuditEvent, NewAuditEvent } from '@cbcr/domain';
import { and, desc, eq, gte, lt } from 'drizzle-orm';
import type { QueryContext } from '../query-context.ts';
import { auditEvents } from '../schema/audit.ts';
import { boundsOf, insertAuditEvent, readHead, readLinks } from './audit.ts';
import { type AuditVerification, type VerifyAudit, verifyAudit } from './audit-verification.ts';

export interface AuditFilter {
  subject?: string | undefined;
  action?: string | undefined;
  actor?: string | undefined;
  /** From this moment on. */
  since?: Date | undefined;
  /** Up to this moment, without it. */
  until?: Date | undefined;
  /** Id of the last event already seen. */
  before?: number | undefined;
  /** Default 100. */
  limit?: number | undefined;
}

export interface AuditQueries {
  /** For a deed that is no change of the catalog; others write their events in their own transactions. Events can never be changed or removed. */
  append(event: NewAuditEvent): Promise<void>;
  /** Newest first. */
  list(filter?: AuditFilter): Promise<AuditEvent[]>;
  /** Ids of the first and last event of a period; null when it has none. What stands between two events of the period belongs to it. */
  boundsOf(period: { from?: Date | undefined; to?: Date | undefined }): Promise<{ first: number; last: number } | null>;
  /** In the order of the chain, both ends included; at most `limit` events, 1,000 by default. */
  read(range: { first: number; last: number; limit?: number }): Promise<AuditEvent[]>;
  /** The end of the chain. */
  head(): Promise<{ chainId: string; id: number; hash: string }>;
  /** Reads the chain again, a page at a time, and tells where it is broken first. */
  verify(request?: VerifyAudit): Promise<AuditVerification>;
}

export function createAuditQueries(context: QueryContext): AuditQueries {
  const { clock, attempt, transact } = context;
  return {
    append: (event) => {
      const at = clock.now();
      return transact((tx) => insertAuditEvent(tx, at, event));
    },
    list: ({ subject, action, actor, since, until, before, limit = 100 } = {}) =>
      attempt((db) =>
        db
          .select()
          .from(auditEvents)
          .where(
            and(
              subject === undefined ? undefined : eq(auditEvents.subject, subject),
              action === undefined ? undefined : eq(auditEvents.action, action),
              actor === undefined ? undefined : eq(auditEvents.actor, actor),
              since === undefined ? undefined : gte(auditEvents.at, since),
              until === undefined ? undefined : lt(auditEvents.at, until),
              before === undefined ? undefined : lt(auditEvents.id, before),
            ),
          )
          .orderBy(desc(auditEvents.id))
          .limit(limit),
      ),
    boundsOf: ({ from, to }) => attempt((db) => boundsOf(db, from, to)),
    read: (range) => attempt((db) => readLinks(db, range)),
    head: () => attempt(readHead),
    verify: (request = {}) => verifyAudit(context, request),
  };
}
