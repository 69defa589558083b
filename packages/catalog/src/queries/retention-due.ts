import type { RecoveryPointId } from '@cbcr/domain';
import { type SQL, sql } from 'drizzle-orm';
import type { Executor } from '../executor.ts';

/** Somebody changed what decides about the copies of these instances. `which` is a condition on `instances`. */
export async function askForReview(tx: Executor, now: Date, which: SQL): Promise<void> {
  const at = now.toISOString();
  await tx.execute(sql`
    update instances set retention_due_at = ${at}::timestamptz
    where id in (select id from instances where ${which} and retention_due_at > ${at}::timestamptz order by id for update)`);
}

/** The instance of a point, as a condition on `instances`. */
export const ofPoint = (point: RecoveryPointId): SQL => sql`id = (select p.instance_id from recovery_points p where p.id = ${point})`;
