import { hashAuditEvent, type NewAuditEvent, systemClock } from '@cbcr/domain';
import { createTestDatabase } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openCatalog } from '../catalog.ts';
import { migrateCatalog } from '../migration/migrate.ts';
import { knownMigrations } from '../migration/schema-version.ts';
import { applyStage, instanceNamed } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

const now = new Date('2026-11-20T10:00:00.123Z');
let momentMs = now.getTime();
const clock = { ...systemClock, now: () => new Date(momentMs) };

let stage: TestCatalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  await applyStage(stage.catalog);
});
afterAll(() => stage.drop());

const limitSet = (subject: string, limit: unknown = 'x'): NewAuditEvent => ({
  actor: 'test',
  action: 'limit.set',
  subject,
  facts: { limit },
});

/** What is hard to write the same way twice. */
const awkward = {
  numbers: [0, -0, 1, -1, 0.1, 1.5, 100, 1e-6, 1e-7, 1.5e-9, 123_456_789_012_345_680_000, 1e21, 1.25e30, 2 ** 53 - 1, 1 / 3, 5e-324],
  texts: ['"\\/\b\f\n\r\t', '\u0001\u001f\u007f\u2028', 'ä € 𝄞', '', ' '],
  nested: { b: { z: [], a: {} }, a: [null, true, false, [1, [2]]], 'with space': 'x', Ä: 1, '': 0 },
};

test('the trail is read newest first, in pages, by subject, action and moment', async () => {
  const { audit } = stage.catalog;
  for (let n = 0; n < 5; n++) {
    momentMs = now.getTime() + n * 1000;
    await audit.append(limitSet('pages', n));
  }
  momentMs = now.getTime();
  await audit.append({ actor: 'test', action: 'limit.reset', subject: 'pages' });
  const first = await audit.list({ subject: 'pages', action: 'limit.set', limit: 3 });
  const rest = await audit.list({ subject: 'pages', action: 'limit.set', limit: 3, before: first.at(-1)?.id ?? 0 });
  expect([...first, ...rest].map(({ facts }) => facts['limit'])).toEqual([4, 3, 2, 1, 0]);
  const between = { since: new Date(now.getTime() + 1000), until: new Date(now.getTime() + 3000) };
  expect((await audit.list({ subject: 'pages', ...between })).map(({ facts }) => facts['limit'])).toEqual([2, 1]);
  const bounds = await audit.boundsOf({ from: between.since, to: between.until });
  expect((await audit.read(bounds ?? { first: 0, last: 0 })).map(({ facts }) => facts['limit'])).toEqual([1, 2]);
});

test('each event names the one before it, whatever its facts are', async () => {
  const { audit } = stage.catalog;
  await audit.append({ ...limitSet('awkward', { ...awkward, gone: undefined, at: now }), actor: 'half \ud800 and nul \0' });
  const [event] = await audit.list({ subject: 'awkward' });
  expect(event).toMatchObject({ actor: 'half \ufffd and nul \ufffd', facts: { limit: { texts: awkward.texts, at: now.toISOString() } } });
  expect(event && hashAuditEvent(event)).toBe(event?.hash);
  const { broken, events, last } = await audit.verify();
  const head = await audit.head();
  expect({ broken, events, last }).toEqual({ broken: null, events: head.id, last: { id: head.id, hash: head.hash } });
});

test('transactions of several processes never fork the chain, and what is undone is not in it', async () => {
  const catalogs = [stage.catalog, stage.openAnother(), stage.openAnother()];
  const before = await stage.catalog.audit.head();
  const deeds = Array.from({ length: 30 }, (_, n) => {
    const { limits, instances } = catalogs[n % 3] ?? stage.catalog;
    return n % 2 === 0 ? limits.override(`link:${n}`, n, 'ada') : instances.add(instanceNamed(`chain-${n}`), 'ada');
  });
  // Too long to be notified of: the transaction fails after its event.
  const undone = catalogs.map(({ limits }) => limits.override('x'.repeat(9_000), 1, 'ada').catch(() => 'undone'));
  await Promise.all(deeds);
  expect(await Promise.all(undone)).toEqual(['undone', 'undone', 'undone']);
  const after = await stage.catalog.audit.verify();
  expect(after).toMatchObject({ broken: null, last: { id: before.id + 30 } });
});

test('the events of a catalog of an earlier version are chained when it is migrated', async () => {
  const database = await createTestDatabase(inject('postgresAdminUrl'));
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  const all = knownMigrations();
  const beforeChain = all.slice(
    0,
    all.findIndex(({ sql: statements }) => statements.some((statement) => statement.includes('cbcr_extend_chain'))),
  );
  await sql`create schema drizzle`;
  await sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`;
  for (const { sql: statements, hash, folderMillis } of beforeChain) {
    for (const statement of statements) await sql.unsafe(statement);
    await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`;
  }
  const insert = (facts: object) =>
    sql`insert into audit_events (at, actor, action, subject, facts) values (${now}, 'a "b" \\ ä', 'limit.set', 'x', ${JSON.stringify(facts)}::text::jsonb)`;
  for (const value of [...awkward.numbers, ...awkward.texts, awkward.nested, [], {}]) await insert({ value });
  // An id that was given out and never used.
  await sql`select nextval('audit_events_id_seq')`;
  await insert({ after: 'a gap in the ids' });
  await sql.end();
  await migrateCatalog({ url: database.url, clock });
  const catalog = openCatalog({ url: database.url, clock, ids: stage.ids, applicationName: 'test', onError: () => undefined });
  const events = awkward.numbers.length + awkward.texts.length + 4;
  expect(await catalog.audit.verify()).toMatchObject({ broken: null, events });
  await catalog.audit.append(limitSet('after'));
  expect(await catalog.audit.verify()).toMatchObject({ broken: null, events: events + 1 });
  await catalog.close();
  await database.drop();
});
