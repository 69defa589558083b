import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { requirePostgresFolder } from '../processes/find-program.ts';
import { changeSampleDatabase, loadSampleDatabase } from '../sample-data/load-sample-database.ts';
import { createTestDatabase, ensureTemplateDatabase, type TestDatabase } from '../servers/test-database.ts';
import { compareDatabases, compareFingerprints } from './compare.ts';
import { fingerprintDatabase } from './fingerprint.ts';

const adminUrl = inject('postgresAdminUrl');
const options = { environment: inject('serverEnvironment') };
const seed = 20_261_123;
let source: TestDatabase;
beforeAll(async () => {
  const template = await ensureTemplateDatabase(adminUrl, 'sample_template', (url) => loadSampleDatabase(url, { megabytes: 20, seed }));
  source = await createTestDatabase(adminUrl, { template });
});
afterAll(async () => {
  await source.drop();
});

const withCopy = async (use: (target: TestDatabase) => Promise<void>) => {
  const target = await createTestDatabase(adminUrl, { template: 'sample_template' });
  try {
    await use(target);
  } finally {
    await target.drop();
  }
};

async function run(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(statement);
  await sql.end();
}

test('the sample has the size that was asked for, and the same seed gives the same rows', async () => {
  const again = await createTestDatabase(adminUrl);
  await loadSampleDatabase(again.url, { megabytes: 20, seed });
  const sql = postgres(again.url, { max: 1 });
  const [size] = await sql<{ bytes: string }[]>`select pg_database_size(current_database()) as bytes`;
  await sql.end();
  expect(Number(size?.bytes)).toBeGreaterThan(20e6);
  const report = await compareDatabases(source.url, again.url, options);
  expect(report.differences).toEqual([]);
  expect(report.counts).toMatchObject({ sequences: 6, largeObjects: 3 });
  expect(report.tables.filter((table) => table.sourceRows === 0).map((table) => table.name)).toEqual([
    'shop.audit_log',
    'shop.events_other',
    'shop.refunds',
  ]);
  await again.drop();
});

test('another seed gives other rows', async () => {
  const other = await createTestDatabase(adminUrl);
  await loadSampleDatabase(other.url, { megabytes: 20, seed: seed + 1 });
  const { differences } = await compareDatabases(source.url, other.url, options);
  expect(differences).toContainEqual(expect.stringMatching(/^Table shop.documents has other content/));
  await other.drop();
});

test('a dumped and restored sample is equal', async () => {
  const target = await createTestDatabase(adminUrl);
  const { hostname, port, username, password, pathname } = new URL(source.url);
  const programs = requirePostgresFolder(options.environment);
  const env = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password };
  const { stdout } = await promisify(execFile)(join(programs, 'pg_dump'), ['--no-owner', `--dbname=${pathname.slice(1)}`], {
    env,
    maxBuffer: 1e9,
  });
  const restore = promisify(execFile)(join(programs, 'psql'), ['--quiet', '-v', 'ON_ERROR_STOP=1', `--dbname=${target.name}`], { env });
  restore.child.stdin?.end(stdout);
  await restore;
  expect(await compareDatabases(source.url, target.url, options)).toMatchObject({ isEqual: true, differences: [] });
  await target.drop();
});

test.each([
  [
    'a byte',
    `update shop.documents set content = set_byte(content, 100, get_byte(content, 100) # 1) where file_name like '% 7.pdf'`,
    /^Table shop.documents has other content/,
  ],
  [
    'a trailing zero of a number',
    'update shop.price_periods set factor = trim_scale(factor)',
    /^Table shop.price_periods has other content/,
  ],
  [
    'null for an empty value',
    `update "Ünïcödé & größe"."Lager ""Nord""" set "описание" = '' where "Artikel №" = 1`,
    /^Table "Ünïcödé & größe"."Lager ""Nord""" has other content/,
  ],
  [
    'a row in place of another',
    'delete from shop.reviews where ctid = $$(0,1)$$; insert into shop.reviews select * from shop.reviews where ctid = $$(0,2)$$',
    /^Table shop.reviews has other content in the target \(\d+ rows in both\)\.$/,
  ],
  ['a default', 'alter table shop.orders alter column shipping set default 1', /^Schema: TABLE shop.orders is defined differently\.$/],
  [
    'a sequence',
    `select nextval('shop.invoice_numbers')`,
    /^Sequence shop.invoice_numbers is at \d+ \(not yet used\) in the source and \d+ in the target\.$/,
  ],
  ['an index', 'drop index shop.orders_open', /^Schema: INDEX shop.orders_open exists only in the source\.$/],
  ['a comment', `comment on table shop.audit_log is 'x'`, /^Schema: COMMENT shop.TABLE audit_log is defined differently\.$/],
  ['a large object', 'select lowrite(lo_open(990001, 131072), $$x$$)', /^Large objects differ: 3 in the source, 3 in the target\.$/],
])('%s that differs is found, and nothing else', async (_what, statement, expected) => {
  await withCopy(async (target) => {
    await run(target.url, statement);
    const report = await compareDatabases(source.url, target.url, options);
    expect(report.isEqual).toBe(false);
    expect(report.differences).toEqual([expect.stringMatching(expected)]);
  });
});

test('a fingerprint tells what a day of changes did', async () => {
  await withCopy(async (target) => {
    const before = await fingerprintDatabase(target.url, options);
    await changeSampleDatabase(target.url);
    const { differences } = compareFingerprints(before, await fingerprintDatabase(target.url, options));
    const changed = ['customers', 'documents', 'order_lines', 'orders', 'reviews'];
    for (const table of changed) expect(differences.filter((text) => text.startsWith(`Table shop.${table} has`))).toHaveLength(1);
    expect(differences.filter((text) => text.startsWith('Schema'))).toEqual([]);
  });
});
