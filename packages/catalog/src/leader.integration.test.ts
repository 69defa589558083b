import { systemClock as clock } from '@cbcr/domain';
import { waitUntil } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { tryLead } from './leader.ts';
import { createProxy } from './testing/proxy.ts';
import { createTestCatalog, type TestCatalog } from './testing/test-catalog.ts';

let stage: TestCatalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
});
afterAll(() => stage.drop());

const settings = (url: string, applicationName: string) => ({
  url,
  applicationName,
  max: 1,
  statementTimeoutMs: 5000,
  lockTimeoutMs: 5000,
});
const hasEnded = (signal: AbortSignal) => waitUntil(() => signal.aborted, { deadlineMs: 60_000 });

test('of many that try, one leads; the next leads when it steps down', async () => {
  const others = Array.from({ length: 5 }, () => stage.openAnother());
  const tries = await Promise.all(others.map((catalog) => catalog.tryLead('election')));
  const leaders = tries.filter((leadership) => leadership !== null);
  expect(leaders).toHaveLength(1);
  expect(await stage.catalog.tryLead('another office')).not.toBeNull();
  await leaders[0]?.release();
  expect(leaders[0]?.signal.aborted).toBe(true);
  const next = await stage.catalog.tryLead('election');
  expect(next?.signal.aborted).toBe(false);
  await next?.release();
});

test("when the leader's connection dies, it knows, and another takes over", async () => {
  const sql = postgres(stage.url, { max: 1, onnotice: () => undefined });
  const first = stage.openAnother({ applicationName: 'first leader' });
  const leadership = await first.tryLead('handover');
  expect(leadership?.signal.aborted).toBe(false);
  expect(await stage.catalog.tryLead('handover')).toBeNull();
  const killed = await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'first leader'`;
  expect(killed.length).toBeGreaterThan(0);
  const successor = await waitUntil(() => stage.catalog.tryLead('handover'), { deadlineMs: 60_000 });
  expect(successor?.signal.aborted).toBe(false);
  if (leadership === null) throw new Error('nobody else could lead');
  expect(await hasEnded(leadership.signal)).toBe(true);
  expect(await first.tryLead('handover')).toBeNull();
  await successor?.release();
  await leadership.release();
  await sql.end();
});

test('a leader whose network swallows everything stops leading', async () => {
  const proxy = await createProxy(stage.url);
  const leadership = await tryLead('silence', settings(proxy.url, 'silent leader'), clock, { checkEveryMs: 30, checkTimeoutMs: 300 });
  if (leadership === null) throw new Error('nobody else could lead');
  proxy.stall();
  expect(proxy.faults.stalled).toBeGreaterThan(0);
  expect(await hasEnded(leadership.signal)).toBe(true);
  expect(leadership.signal.reason).toMatchObject({ message: expect.stringContaining('does not answer') });
  await proxy.close();
});

test('a server that is away is an outage, not a lost election', async () => {
  const attempt = tryLead('nowhere', settings('postgres://nobody@127.0.0.1:1/none', 'nobody'), clock);
  await expect(attempt).rejects.toMatchObject({ code: 'catalog.unreachable' });
});
