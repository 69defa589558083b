import postgres from 'postgres';
import type { Environment } from '../processes/environment.ts';
import { dumpSchema } from './schema-entries.ts';
import { checksumTables, type TableFingerprint } from './table-checksums.ts';

/** What a database holds, as plain data: small enough to keep while the database itself changes. */
export interface Fingerprint {
  /** By quoted, qualified name; every partition by itself. Contents of materialized views are derived data and left out. */
  tables: Record<string, TableFingerprint>;
  sequences: Record<string, { lastValue: string; isCalled: boolean }>;
  largeObjects: TableFingerprint;
  /** Statements that make an object, by the object's kind and name. */
  schema: Record<string, string>;
}

export interface FingerprintOptions {
  /** Where pg_dump is looked for. */
  environment: Environment;
  connections?: number;
}

type Rows<Row> = Row[];

/**
 * Reads all rows of all tables, in one snapshot, and checksums them inside the server. Sequences and schema are read in the same
 * seconds, but do not obey snapshots. Errors: stack.program-missing; the server's own errors pass through.
 */
export async function fingerprintDatabase(url: string, { environment, connections = 2 }: FingerprintOptions): Promise<Fingerprint> {
  const main = openConnection(url);
  const lanes = Array.from({ length: connections }, () => openConnection(url));
  try {
    const schema = dumpSchema(url, environment);
    const contents = main.begin('isolation level repeatable read read only', async (transaction) => {
      const [snapshot] = await transaction<Rows<{ id: string }>>`select pg_export_snapshot() as id`;
      const tables = await checksumTables(transaction, lanes, snapshot?.id ?? '');
      return { tables, sequences: await readSequences(transaction), largeObjects: await checksumLargeObjects(transaction) };
    });
    const [entries, read] = await Promise.all([schema, contents]);
    return { ...read, schema: entries };
  } finally {
    await Promise.all([main, ...lanes].map((connection) => connection.end()));
  }
}

/** Every setting that changes how a value is written. */
const openConnection = (url: string) =>
  postgres(url, {
    max: 1,
    // A machine that has other work makes a connection slowly.
    connect_timeout: 180,
    onnotice: () => {},
    connection: {
      application_name: 'cbcr compare',
      TimeZone: 'UTC',
      DateStyle: 'ISO, YMD',
      IntervalStyle: 'iso_8601',
      bytea_output: 'hex',
      extra_float_digits: '3',
      xmlbinary: 'base64',
      lc_monetary: 'C',
      search_path: 'pg_catalog',
    },
  });

async function readSequences(sql: postgres.TransactionSql): Promise<Fingerprint['sequences']> {
  const found = await sql<Rows<{ name: string }>>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'S' and c.relpersistence <> 't' order by 1`;
  if (found.length === 0) return {};
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  // Names come from format('%I'), so they are quoted already; the view pg_sequences does not tell a fresh sequence from one set back.
  const selects = found.map(({ name }) => `select ${quote(name)} as name, last_value::text as value, is_called from ${name}`);
  const values = await sql.unsafe<Rows<{ name: string; value: string; is_called: boolean }>>(selects.join(' union all '));
  return Object.fromEntries(values.map(({ name, value, is_called }) => [name, { lastValue: value, isCalled: is_called }]));
}

async function checksumLargeObjects(sql: postgres.TransactionSql): Promise<TableFingerprint> {
  const [result] = await sql<Rows<{ rows: string; checksum: string }>>`
    select count(*)::text as rows, coalesce(sum(hashtextextended(oid::text || ':' || sha256(lo_get(oid))::text, 0)), 0)::text as checksum
    from pg_largeobject_metadata`;
  return { rows: Number(result?.rows ?? 0), checksum: result?.checksum ?? '0' };
}
