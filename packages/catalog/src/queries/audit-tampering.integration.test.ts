import { systemClock as clock, hashAuditEvent } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

const count = 12;
let stage: TestCatalog;
let sql: postgres.Sql;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  for (let n = 1; n <= count; n++) {
    await stage.catalog.audit.append({ actor: 'ada', action: 'limit.set', subject: `link:${n}`, facts: { limit: n } });
  }
  sql = postgres(stage.url, { max: 1, onnotice: () => undefined });
  // A superuser who switches the triggers off.
  await sql`set session_replication_role = replica`;
  await sql`create table events_as_written as select * from audit_events`;
  await sql`create table head_as_written as select * from audit_head`;
});
afterEach(async () => {
  await sql`delete from audit_events`;
  await sql`insert into audit_events select * from events_as_written`;
  await sql`delete from audit_head`;
  await sql`insert into audit_head select * from head_as_written`;
  expect((await stage.catalog.audit.verify()).broken).toBeNull();
});
afterAll(async () => {
  await sql.end();
  await stage.drop();
});

const verify = async () => (await stage.catalog.audit.verify()).broken;
const eventAt = async (id: number) => {
  const [event] = await stage.catalog.audit.read({ first: id, last: id });
  if (event === undefined) throw new Error(`there is no event ${id}`);
  return event;
};
const rehash = async (id: number) => sql`update audit_events set hash = ${hashAuditEvent(await eventAt(id))} where id = ${id}`;
const swap = async (a: number, b: number) => {
  await sql`update audit_events set id = -1 where id = ${a}`;
  await sql`update audit_events set id = ${a} where id = ${b}`;
  await sql`update audit_events set id = ${b} where id = -1`;
};
const everyEvent = Array.from({ length: count }, (_, n) => n + 1);

describe.each(everyEvent)('event %i, by a superuser without triggers', (id) => {
  test.each([
    "actor = 'bob'",
    "action = 'limit.reset'",
    "subject = 'link:99'",
    "at = at + interval '1 millisecond'",
    `facts = '{"limit": 99}'`,
    'facts = facts || \'{"more": null}\'',
    "hash = repeat('0', 64)",
    "prev_hash = repeat('0', 64)",
  ])('changed: %s', async (change) => {
    await sql.unsafe(`update audit_events set ${change} where id = ${id}`);
    expect(await verify()).toMatchObject({ kind: 'changed', id });
  });

  test('changed, and hashed anew', async () => {
    await sql`update audit_events set actor = 'bob' where id = ${id}`;
    await rehash(id);
    expect(await verify()).toMatchObject({ kind: 'changed', id });
  });

  test('removed', async () => {
    await sql`delete from audit_events where id = ${id}`;
    expect(await verify()).toMatchObject({ kind: 'removed', id });
  });

  test('removed with all that follow', async () => {
    await sql`delete from audit_events where id >= ${id}`;
    expect(await verify()).toMatchObject({ kind: 'removed', id });
  });

  test('inserted before it, in good form, and the rest numbered anew', async () => {
    const { prevHash, at, actor, action, facts } = await eventAt(id);
    await sql`update audit_events set id = -id where id >= ${id}`;
    await sql`update audit_events set id = 1 - id where id < 0`;
    const planted = { id, at, actor, action, subject: 'planted', facts, prevHash };
    await sql`insert into audit_events (id, at, actor, action, subject, facts, prev_hash, hash)
      values (${id}, ${at}, ${actor}, ${action}, 'planted', ${JSON.stringify(facts)}::text::jsonb, ${prevHash}, ${hashAuditEvent(planted)})`;
    await sql`update audit_head set last_id = last_id + 1`;
    expect(await verify()).toMatchObject({ kind: 'inserted', id });
  });

  test('exchanged with each later one', async () => {
    for (const other of everyEvent.filter((one) => one > id)) {
      await swap(id, other);
      expect(await verify()).toMatchObject({ kind: 'reordered', id });
      await swap(id, other);
    }
  });
});

test('an event behind the end of the chain is found, and one before its beginning', async () => {
  const plant = (id: number) => sql`insert into audit_events select ${id}, at, actor, action, subject, facts, prev_hash, hash
    from events_as_written where id = 1`;
  await plant(count + 1);
  expect(await verify()).toMatchObject({ kind: 'inserted', id: count + 1 });
  await sql`delete from audit_events where id = ${count + 1}`;
  await plant(-5);
  expect(await verify()).toMatchObject({ kind: 'inserted', id: -5 });
});

test('a chain that was written anew from one event on to its head contradicts what somebody noted earlier', async () => {
  const { last } = await stage.catalog.audit.verify();
  await sql`update audit_events set actor = 'bob' where id = 5`;
  for (let id = 5; id <= count; id++) {
    await sql`update audit_events set prev_hash = ${(await eventAt(id - 1)).hash} where id = ${id}`;
    await rehash(id);
  }
  await sql`update audit_head set last_hash = ${(await eventAt(count)).hash}`;
  expect(await verify()).toBeNull();
  const anchors = [{ id: 4, hash: (await eventAt(4)).hash }, ...(last === null ? [] : [last])];
  expect((await stage.catalog.audit.verify({ anchors })).broken).toMatchObject({ kind: 'changed', id: count });
});

const rewriteFrom = async (first: number) => {
  for (const { id } of await sql<{ id: number }[]>`select id::int from audit_events where id >= ${first} order by id`) {
    const [before] = await sql`select hash from audit_events where id < ${id} order by id desc limit 1`;
    await sql`update audit_events set prev_hash = ${String(before?.['hash'])} where id = ${id}`;
    await rehash(id);
  }
  await sql`update audit_head set (last_id, last_hash) = (select id, hash from audit_events order by id desc limit 1)`;
};

test('an event that somebody noted is missed, at the end of the chain and within it, however well the rest was written anew', async () => {
  const { id, hash } = await eventAt(9);
  const anchors = [{ id, hash }];
  await sql`delete from audit_events where id >= 9`;
  await rewriteFrom(9);
  expect(await verify()).toBeNull();
  expect((await stage.catalog.audit.verify({ anchors })).broken).toMatchObject({ kind: 'removed', id: 9 });
  const from = new Date('2099-01-01T00:00:00Z');
  expect((await stage.catalog.audit.verify({ anchors, from })).broken).toMatchObject({ kind: 'removed', id: 9 });
});

test('an event that somebody noted is missed where those around it were joined', async () => {
  const { id, hash } = await eventAt(5);
  await sql`delete from audit_events where id = 5`;
  await rewriteFrom(6);
  expect(await verify()).toBeNull();
  expect((await stage.catalog.audit.verify({ anchors: [{ id, hash }] })).broken).toMatchObject({ kind: 'removed', id: 5 });
});

test('a period is verified with what stands before it', async () => {
  const { at } = await eventAt(6);
  await sql`update audit_events set at = at + interval '1 hour' where id > 6`;
  const later = new Date(at.getTime() + 1_800_000);
  expect((await stage.catalog.audit.verify({ to: later })).broken).toBeNull();
  expect((await stage.catalog.audit.verify({ from: later })).broken).toMatchObject({ kind: 'changed', id: 7 });
  expect(await stage.catalog.audit.verify({ from: new Date('2099-01-01T00:00:00Z') })).toEqual({ events: 0, last: null, broken: null });
});
