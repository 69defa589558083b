import { systemClock as clock } from '@cbcr/domain';
import { waitUntil } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { channels } from './channels.ts';
import { createProxy } from './testing/proxy.ts';
import { createTestCatalog, type TestCatalog } from './testing/test-catalog.ts';

let stage: TestCatalog;
let sql: postgres.Sql;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  sql = postgres(stage.url, { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  await sql.end();
  await stage.drop();
});

const eventually = (condition: () => boolean) => waitUntil(condition, { deadlineMs: 60_000 });
const send = (payload: string) => sql`select pg_notify(${channels.outbox}, ${payload})`;

function record() {
  const seen = { listening: 0, heard: [] as string[] };
  const handler = {
    onNotification: (id: string) => void seen.heard.push(id),
    onListening: () => {
      seen.listening += 1;
    },
  };
  return { seen, handler };
}

test('every handler of a channel hears of a change, on one connection, until it stops', async () => {
  const catalog = stage.openAnother({ applicationName: 'one ear' });
  const [first, second, other] = [record(), record(), record()];
  const stop = catalog.listen('outbox', first.handler);
  catalog.listen('outbox', second.handler);
  catalog.listen('cancel', other.handler);
  expect(await eventually(() => first.seen.listening + second.seen.listening + other.seen.listening === 3)).toBe(true);
  await send('a');
  expect(await eventually(() => second.seen.heard.length === 1)).toBe(true);
  stop();
  await send('b');
  expect(await eventually(() => second.seen.heard.length === 2)).toBe(true);
  expect([first.seen.heard, second.seen.heard, other.seen.heard]).toEqual([['a'], ['a', 'b'], []]);
  const ears = await sql`select pid from pg_stat_activity where application_name = 'one ear'`;
  expect(ears).toHaveLength(1);
});

test('a handler that throws is reported and disturbs no other', async () => {
  const errors: unknown[] = [];
  const catalog = stage.openAnother({ onError: (error) => errors.push(error) });
  const { seen, handler } = record();
  catalog.listen('outbox', {
    onNotification: () => {
      throw new Error('clumsy');
    },
  });
  catalog.listen('outbox', handler);
  expect(await eventually(() => seen.listening === 1)).toBe(true);
  await send('c');
  expect(await eventually(() => seen.heard.length === 1)).toBe(true);
  expect(errors).toMatchObject([{ message: 'clumsy' }]);
});

test('a listener comes back from an outage however long, and says that it may have missed something', async () => {
  const proxy = await createProxy(stage.url);
  const errors: unknown[] = [];
  const catalog = stage.openAnother({ url: proxy.url, onError: (error) => errors.push(error) });
  const { seen, handler } = record();
  catalog.listen('outbox', handler);
  expect(await eventually(() => seen.listening === 1)).toBe(true);
  await proxy.cut();
  expect(proxy.faults.cut).toBeGreaterThan(0);
  // postgres.js gives a channel up at the first failure; several must pass.
  expect(await eventually(() => errors.length >= 3)).toBe(true);
  await send('missed');
  await proxy.heal();
  expect(await eventually(() => seen.listening === 2)).toBe(true);
  await send('heard');
  expect(await eventually(() => seen.heard.length === 1)).toBe(true);
  expect(seen.heard).toEqual(['heard']);
  await catalog.close();
  await proxy.close();
});

test('a listener can be closed while the server is away', async () => {
  const catalog = stage.openAnother({ url: 'postgres://nobody@127.0.0.1:1/none' });
  catalog.listen('outbox', record().handler);
  await catalog.close();
});
