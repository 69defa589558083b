import { randomBytes } from 'node:crypto';
import postgres from 'postgres';

export interface TestDatabase {
  name: string;
  /** Superuser's address of the new database. */
  url: string;
  /** Ends the connections of others to it, too. */
  drop(): Promise<void>;
}

// A machine that has other work makes a connection slowly.
const connect = (url: string) => postgres(url, { max: 1, connect_timeout: 180, onnotice: () => {} });

const withDatabase = (url: string, name: string) => {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(name)}`;
  return changed.href;
};

/** A database for one test: empty, or a copy of `template`. */
export async function createTestDatabase(adminUrl: string, options: { template?: string; name?: string } = {}): Promise<TestDatabase> {
  const name = options.name ?? `test_${randomBytes(6).toString('hex')}`;
  const sql = connect(adminUrl);
  try {
    await sql`create database ${sql(name)} template ${sql(options.template ?? 'template0')}`;
  } finally {
    await sql.end();
  }
  return { name, url: withDatabase(adminUrl, name), drop: () => dropDatabase(adminUrl, name) };
}

async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  const sql = connect(adminUrl);
  try {
    await sql`drop database if exists ${sql(name)} with (force)`;
  } finally {
    await sql.end();
  }
}

/**
 * The name of a template database that `prepare` filled (with a migrated schema, for instance), for createTestDatabase.
 * Prepared once per server: other test files that ask for the same name at the same time wait and use it.
 */
export async function ensureTemplateDatabase(adminUrl: string, name: string, prepare: (url: string) => Promise<void>): Promise<string> {
  const sql = connect(adminUrl);
  try {
    await sql`select pg_advisory_lock(hashtext(${name}))`;
    const [found] = await sql<{ datistemplate: boolean }[]>`select datistemplate from pg_database where datname = ${name}`;
    if (found?.datistemplate) return name;
    if (found) await sql`drop database ${sql(name)} with (force)`;
    await sql`create database ${sql(name)} template template0`;
    await prepare(withDatabase(adminUrl, name));
    // Nobody may connect to a template while it is being copied.
    await sql`alter database ${sql(name)} with is_template true allow_connections false`;
    return name;
  } finally {
    await sql.end();
  }
}

/** Creates the database that `url` names, on its server, unless it is there. Needs the right to connect to the database postgres. */
export async function ensureDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const sql = connect(withDatabase(url, 'postgres'));
  try {
    const found = await sql`select from pg_database where datname = ${name}`;
    if (found.length === 0) await sql`create database ${sql(name)} template template0`;
  } finally {
    await sql.end();
  }
}
