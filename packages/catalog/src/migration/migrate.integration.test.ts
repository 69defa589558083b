import { systemClock as clock } from '@cbcr/domain';
import { createTestDatabase, type TestDatabase } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { migrateCatalog } from './migrate.ts';
import { assertSchemaVersion, readSchemaVersion, wantedSchemaVersion } from './schema-version.ts';

let database: TestDatabase;
let sql: postgres.Sql;
beforeEach(async () => {
  database = await createTestDatabase(inject('postgresAdminUrl'));
  sql = postgres(database.url, { max: 1, onnotice: () => undefined });
});
afterEach(async () => {
  await sql.end();
  await database.drop();
});

const wanted = wantedSchemaVersion();
const migrate = () => migrateCatalog({ url: database.url, clock });

test('several migrations at once all end well and the schema is applied once', async () => {
  const outcomes = await Promise.all([migrate(), migrate(), migrate()]);
  expect(outcomes.map((outcome) => outcome.from).toSorted((a, b) => a - b)).toEqual([0, wanted, wanted]);
  expect(outcomes.map((outcome) => outcome.to)).toEqual([wanted, wanted, wanted]);
  await expect(assertSchemaVersion({ url: database.url, clock })).resolves.toBeUndefined();
});

test('an empty database has version 0 and is refused by services', async () => {
  await expect(readSchemaVersion({ url: database.url, clock })).resolves.toEqual({ version: 0, strange: null });
  await expect(assertSchemaVersion({ url: database.url, clock })).rejects.toMatchObject({
    code: 'catalog.schema-mismatch',
    facts: { found: 0, wanted },
  });
});

test('a catalog that a newer version migrated is refused by services and left alone by migrate', async () => {
  await migrate();
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('from the future', 9999999999999)`;
  const refusal = { code: 'catalog.schema-mismatch', facts: { found: expect.stringContaining(`${wanted + 1} (newer`), wanted } };
  await expect(assertSchemaVersion({ url: database.url, clock })).rejects.toMatchObject(refusal);
  await expect(migrate()).rejects.toMatchObject(refusal);
});

test('a migration that was edited after it was applied is noticed', async () => {
  await migrate();
  await sql`update drizzle.__drizzle_migrations set hash = 'edited' where id = 1`;
  await expect(migrate()).rejects.toMatchObject({ facts: { found: expect.stringContaining('migration 1 is not ours') } });
});

test('a migration that breaks off leaves nothing behind', async () => {
  await sql`create table workers (id text)`;
  await expect(migrate()).rejects.toMatchObject({ code: 'run.unexpected' });
  const tables = await sql`select table_name from information_schema.tables where table_schema = 'public'`;
  expect(tables.map((table) => table['table_name'])).toEqual(['workers']);
  await expect(readSchemaVersion({ url: database.url, clock })).resolves.toMatchObject({ version: 0 });
});

test('a server that is away is an outage', async () => {
  const url = 'postgres://nobody@127.0.0.1:1/none';
  await expect(migrateCatalog({ url, clock })).rejects.toMatchObject({ code: 'catalog.unreachable', treatment: 'outage' });
  await expect(assertSchemaVersion({ url, clock })).rejects.toMatchObject({ code: 'catalog.unreachable' });
});
