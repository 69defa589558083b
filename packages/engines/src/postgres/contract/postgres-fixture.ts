import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { systemClock } from '@cbcr/domain';
import { compareDatabases, createTestDatabase, type Environment, fingerprintDatabase, type TestDatabase } from '@cbcr/testkit';
import postgres from 'postgres';
import { listChildren } from '../../contract/children.ts';
import type { EngineFixture, SourceKind } from '../../contract/engine-fixture.ts';
import { createPostgresEngine } from '../postgres-engine.ts';

const hostilePassword = 'p@ss:w/ö rd%';

export interface PostgresFixture extends EngineFixture {
  makeDatabase(prepare?: string): Promise<string>;
  /** Runs statements as the superuser of the test, in the database of `connection`. */
  run<Row extends Record<string, unknown>>(connection: string, statements: string): Promise<Row[]>;
  /** The same database, for another login, whose password is `hostilePassword`. */
  loginAs(connection: string, role: string): string;
}

/** Databases on the run's server, whose superuser here has a hostile name and a hostile password. */
export async function createPostgresFixture(adminUrl: string, environment: Environment): Promise<PostgresFixture> {
  const databases: TestDatabase[] = [];
  const owner = `cbcr "owner" ${randomBytes(4).toString('hex')}`;
  await runStatements(adminUrl, makeRoles(owner));
  const owned = (url: string, role = owner) => {
    const changed = new URL(url);
    changed.username = encodeURIComponent(role);
    changed.password = encodeURIComponent(hostilePassword);
    return changed.href;
  };
  const makeDatabase = async (prepare = '') => {
    const database = await createTestDatabase(adminUrl);
    databases.push(database);
    const url = owned(database.url);
    if (prepare !== '') await runStatements(url, prepare);
    return url;
  };
  const preparations: Record<SourceKind, () => Promise<string>> = {
    rich: async () => await readFile(new URL('rich-source.sql', import.meta.url), 'utf8'),
    empty: async () => '',
    large: async () => `create table large (id int, raw bytea);
      insert into large select i, (select string_agg(sha512((i * 1000 + n)::text::bytea), '') from generate_series(1, 256) n) from generate_series(1, 2048) i`,
  };
  const unknown = new URL(adminUrl);
  unknown.pathname = '/no_such_database';
  const wrongPassword = new URL(owned(adminUrl));
  wrongPassword.password = 'wrong-secret-word';
  const closedPort = new URL(owned(adminUrl));
  closedPort.port = '1';
  return {
    engine: createPostgresEngine({ toolFolders: [], clock: systemClock }),
    makeSource: async (kind) => await makeDatabase(await preparations[kind]()),
    makeEmptyTarget: async () => await makeDatabase(),
    nameOf: (connection) => new URL(connection).pathname.slice(1),
    compare: async (source, target) => (await compareDatabases(source, target, { environment })).differences,
    fingerprint: async (connection) => JSON.stringify(await fingerprintDatabase(connection, { environment })),
    killProducer: async () => {
      const dumps = (await listChildren()).filter(({ commandLine }) => commandLine.includes('pg_dump'));
      for (const { pid } of dumps) process.kill(pid, 'SIGKILL');
      if (dumps.length === 0) throw new Error('there is no pg_dump to kill');
    },
    secrets: [hostilePassword, encodeURIComponent(hostilePassword), encodeURI(hostilePassword), 'wrong-secret-word', 'odd-secret-word'],
    failures: [
      { what: 'a wrong password', connection: wrongPassword.href, code: 'engine.denied' },
      { what: 'an unknown database', connection: unknown.href, code: 'engine.database-missing' },
      { what: 'nobody on the port', connection: closedPort.href, code: 'engine.unreachable' },
      { what: 'an unknown host', connection: 'postgres://user:odd-secret-word@no-such-host.invalid/shop', code: 'engine.unreachable' },
      { what: 'no socket', connection: 'postgres://user:odd-secret-word@/shop?host=/no/such/folder', code: 'engine.unreachable' },
    ],
    invalidConnections: [
      'mysql://user:odd-secret-word@host/shop',
      'postgres://user:odd-secret-word@host',
      'postgres://user:odd-secret-word@host/shop?sslmode=sometimes',
      'postgres://user:odd-secret-word@host/shop?password_file=x',
      'postgres://user:odd-secret-word@one,two/shop',
      'postgres://user:odd-secret-word%@host/shop',
      'odd-secret-word',
    ],
    makeDatabase,
    run: runStatements,
    loginAs: owned,
    dispose: async () => {
      await Promise.all(databases.map((database) => database.drop()));
      await runStatements(adminUrl, `drop role ${quoted(owner)}`);
    },
  };
}

function makeRoles(owner: string): string {
  const shared = ['cbcr_app', 'cbcr_reader'].map(
    (role) => `begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end;`,
  );
  return `do $$ begin ${shared.join(' ')} end $$; create role ${quoted(owner)} superuser login password '${hostilePassword}'`;
}

async function runStatements<Row extends Record<string, unknown>>(url: string, statements: string): Promise<Row[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return [...(await sql.unsafe<Row[]>(statements))];
  } finally {
    await sql.end();
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
