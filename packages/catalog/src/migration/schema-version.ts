import { fileURLToPath } from 'node:url';
import { CbcrError, type Clock } from '@cbcr/domain';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type postgres from 'postgres';
import { connect } from '../connect.ts';
import { withinDeadline } from '../deadline.ts';
import { translateError } from '../translate-error.ts';

export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The migrations of this version of CBCR, oldest first. */
export const knownMigrations = () => readMigrationFiles({ migrationsFolder });

/** The number of migrations that this version brings. */
export const wantedSchemaVersion = (): number => knownMigrations().length;

export interface SchemaVersion {
  /** Migrations applied; 0 for an empty database. */
  version: number;
  /** What this version of CBCR does not recognise: later, edited or missing migrations. Null when all are known. */
  strange: string | null;
}

export async function readVersion(sql: postgres.Sql): Promise<SchemaVersion> {
  const [table] = await sql<{ found: boolean }[]>`select to_regclass('drizzle.__drizzle_migrations') is not null as found`;
  if (table?.found !== true) return { version: 0, strange: null };
  const applied = await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations order by created_at, id`;
  const known = knownMigrations();
  const version = applied.length;
  if (version > known.length) return { version, strange: 'newer than this version of CBCR' };
  const edited = applied.findIndex((row, position) => row.hash !== known[position]?.hash);
  return { version, strange: edited === -1 ? null : `its migration ${edited + 1} is not ours` };
}

/** The number of migrations in the catalog at `url`; 0 for an empty database. Throws `catalog.unreachable`. */
export async function readSchemaVersion({ url, clock }: { url: string; clock: Clock }): Promise<SchemaVersion> {
  const sql = connect({ url, applicationName: 'cbcr schema check', statementTimeoutMs: 10_000, lockTimeoutMs: 5_000 });
  try {
    return await withinDeadline(clock, 20_000, readVersion(sql));
  } catch (error) {
    throw translateError(error);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

export const schemaMismatch = ({ version, strange }: SchemaVersion, wanted: number) =>
  new CbcrError('catalog.schema-mismatch', { found: strange === null ? version : `${version} (${strange})`, wanted });

/** Every service calls this before it serves. Throws `catalog.schema-mismatch` unless the catalog has exactly this version's schema. */
export async function assertSchemaVersion(at: { url: string; clock: Clock }): Promise<void> {
  const found = await readSchemaVersion(at);
  const wanted = wantedSchemaVersion();
  if (found.version !== wanted || found.strange !== null) throw schemaMismatch(found, wanted);
}
