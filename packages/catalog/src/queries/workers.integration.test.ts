import { systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { alpha, applyStage, beta } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
let now = new Date(1_800_000_000_000);
const clock = { ...systemClock, now: () => now };
const at = (ms: number) => new Date(1_800_000_000_000 + ms);
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  await applyStage(stage.catalog);
});
afterAll(() => stage.drop());

const report = (id: string, region: typeof alpha, ok: boolean) => ({
  id,
  region,
  host: 'host',
  pid: 42,
  version: '0.1.0',
  startedAt: at(0),
  store: { ok, reason: ok ? 'answers' : 'does not answer' },
});

const ageMs = (moment: Date | undefined) => now.getTime() - (moment?.getTime() ?? Number.NaN);

test('workers report, change their mind about the store, fall silent and leave', async () => {
  const { workers } = stage.catalog;
  await workers.heartbeat(report('w1', alpha, true));
  await workers.heartbeat(report('w2', beta, true));
  const [first] = await workers.list({ region: alpha });
  expect(first).toMatchObject(report('w1', alpha, true));
  await workers.heartbeat(report('w1', alpha, true));
  const [again] = await workers.list({ region: alpha });
  expect(ageMs(again?.storeSince)).toBeGreaterThanOrEqual(ageMs(again?.lastSeenAt));
  await workers.heartbeat(report('w1', alpha, false));
  const [changed] = await workers.list({ region: alpha });
  expect(changed).toMatchObject({ store: { ok: false, reason: 'does not answer' } });
  expect(changed?.storeSince).toEqual(changed?.lastSeenAt);
  expect(await workers.removeSilent(new Date('2100-01-01T00:00:00Z'))).toBe(2);
  expect(await workers.list()).toEqual([]);
});

test('the age of a report is told by the server: a worker or a reader whose clock is wrong by hours sees it as it is', async () => {
  const { workers } = stage.catalog;
  now = at(-7_200_000);
  await workers.heartbeat(report('w3', alpha, true));
  now = at(7_200_000);
  const [worker] = await workers.list({ region: alpha });
  expect(ageMs(worker?.lastSeenAt)).toBeGreaterThanOrEqual(0);
  expect(ageMs(worker?.lastSeenAt)).toBeLessThan(60_000);
  await workers.remove('w3');
});

test('the catalog tells the time of its server, whatever the reader’s clock says', async () => {
  now = at(-7_200_000);
  const beforeMs = systemClock.now().getTime();
  const told = (await stage.catalog.now()).getTime();
  // The test's server runs on this machine.
  expect(told).toBeGreaterThanOrEqual(beforeMs - 1);
  expect(told).toBeLessThanOrEqual(systemClock.now().getTime() + 1);
});
