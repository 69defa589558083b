import type { PgDatabase } from 'drizzle-orm/pg-core';
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';

/** A connection, inside or outside a transaction. */
export type Executor = PgDatabase<PostgresJsQueryResultHKT>;
