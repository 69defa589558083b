import type { Clock } from '@cbcr/domain';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { connect } from '../connect.ts';
import { withinDeadline } from '../deadline.ts';
import { translateError } from '../translate-error.ts';
import { migrationsFolder, readVersion, schemaMismatch, wantedSchemaVersion } from './schema-version.ts';

/** Any number, the same in every version: the session-level lock that lets one migration run at a time. */
const migrationLock = 4_219_734_082_611;

export interface MigrateOptions {
  url: string;
  clock: Clock;
  /** How long to wait for another migration, and for the tables that a migration locks. Default 60 s. */
  lockTimeoutMs?: number;
}

/**
 * Brings the catalog to this version's schema, all or nothing. Safe to run at the same time from several places: one works, the
 * others wait and find nothing to do. Throws `catalog.schema-mismatch` for a catalog that is newer or was migrated by something else,
 * and `catalog.unreachable`.
 */
export async function migrateCatalog(options: MigrateOptions): Promise<{ from: number; to: number }> {
  const { url, clock, lockTimeoutMs = 60_000 } = options;
  // One connection: the advisory lock belongs to the session that the migrations run in.
  const session = connect({ url, applicationName: 'cbcr migrate', statementTimeoutMs: 0, lockTimeoutMs });
  try {
    await withinDeadline(clock, lockTimeoutMs + 15_000, session`select pg_advisory_lock(${migrationLock})`.execute());
    const found = await readVersion(session);
    const wanted = wantedSchemaVersion();
    if (found.strange !== null) throw schemaMismatch(found, wanted);
    if (found.version < wanted) await migrate(drizzle(session), { migrationsFolder });
    return { from: found.version, to: wanted };
  } catch (error) {
    throw translateError(error);
  } finally {
    await session.end({ timeout: 5 });
  }
}
