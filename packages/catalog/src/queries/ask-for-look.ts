import { type SQL, sql } from 'drizzle-orm';
import type { Executor } from '../query-context.ts';

/** Somebody has to compare the holds and locks of these instances with what the stores were told. `which` is a condition on `instances`. */
export async function askForLook(tx: Executor, now: Date, which: SQL): Promise<void> {
  await tx.execute(sql`
    insert into protection_due (instance_id, due_at) select id, ${now.toISOString()}::timestamptz from instances where ${which} order by id
    on conflict (instance_id) do update
      set due_at = least(protection_due.due_at, excluded.due_at), revision = protection_due.revision + 1`);
}
