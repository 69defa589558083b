import { sql } from 'drizzle-orm';
import type { Executor } from '../query-context.ts';

const key = "hashtextextended('cbcr apply-config', 0)";

/** Until the transaction ends nobody else changes the configuration: changes come one after the other, each judged by what the one before it left. */
export const lockConfig = (tx: Executor) => tx.execute(sql.raw(`select pg_advisory_xact_lock(${key})`));

/** Until the transaction ends the configuration stays as it is. Many may hold it so. */
export const holdConfig = (tx: Executor) => tx.execute(sql.raw(`select pg_advisory_xact_lock_shared(${key})`));

/** The statement that holds it until the session ends. */
export const holdConfigForSession = `select pg_advisory_lock(${key})`;
