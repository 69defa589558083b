import { and, gt, inArray } from 'drizzle-orm';
import type { QueryContext } from '../query-context.ts';
import { deletionConfirmations } from '../schema/deletions.ts';
import { insertAuditEvent } from './audit.ts';

export interface DeletionConfirmationQueries {
  /** A person means it: what bulk protection stopped in this scope may go on until the moment. `instance:NAME` or `region:NAME`. Audited. */
  confirm(scope: string, until: Date, actor: string, reason: string): Promise<void>;
  /** Those of the scopes that are confirmed now. */
  confirmed(scopes: readonly string[]): Promise<Set<string>>;
}

export function createDeletionConfirmationQueries({ clock, attempt, transact }: QueryContext): DeletionConfirmationQueries {
  return {
    async confirm(scope, until, actor, reason) {
      const now = clock.now();
      await transact(async (tx) => {
        await tx.insert(deletionConfirmations).values({ scope, confirmedBy: actor, reason, confirmedAt: now, until });
        await insertAuditEvent(tx, now, { actor, action: 'deletion.confirmed', subject: scope, facts: { reason, until } });
      });
    },
    async confirmed(scopes) {
      if (scopes.length === 0) return new Set();
      const rows = await attempt((db) =>
        db
          .select({ scope: deletionConfirmations.scope })
          .from(deletionConfirmations)
          .where(and(inArray(deletionConfirmations.scope, [...scopes]), gt(deletionConfirmations.until, clock.now()))),
      );
      return new Set(rows.map(({ scope }) => scope));
    },
  };
}
