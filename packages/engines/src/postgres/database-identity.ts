import { CbcrError } from '@cbcr/domain';
import { describeConnection, type PostgresConnection } from './connection.ts';
import type { Session } from './session.ts';

/** The fact of a manifest that tells which database was captured. */
export const identityFact = 'databaseIdentity';

/**
 * Names one database of one server, whatever address leads to it: the cluster's own identifier and the number of the database. A database
 * that was dropped and created again has another number. Null where the login may not ask.
 */
export async function readDatabaseIdentity(session: Session): Promise<string | null> {
  const [allowed] = await session.query<{ yes: boolean }>("select has_function_privilege('pg_control_system()', 'execute') as yes");
  if (allowed?.yes !== true) return null;
  const [row] = await session.query<{ identity: string }>(`
    select system_identifier::text || '/' || (select oid from pg_database where datname = current_database())::text as identity
      from pg_control_system()`);
  return row?.identity ?? null;
}

/** Throws `engine.target-is-source` for the database that a capture with these facts was made from. */
export async function requireOtherDatabase(session: Session, connection: PostgresConnection, facts: Record<string, string>): Promise<void> {
  const identity = await readDatabaseIdentity(session);
  if (identity === null || identity !== facts[identityFact]) return;
  throw new CbcrError('engine.target-is-source', { database: describeConnection(connection) });
}
