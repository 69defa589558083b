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

test('workers report, change their mind about the store, fall silent and leave', async () => {
  const { workers } = stage.catalog;
  await workers.heartbeat(report('w1', alpha, true));
  await workers.heartbeat(report('w2', beta, true));
  now = at(1000);
  await workers.heartbeat(report('w1', alpha, true));
  expect(await workers.list({ region: alpha })).toEqual([{ ...report('w1', alpha, true), lastSeenAt: at(1000), storeSince: at(0) }]);
  now = at(2000);
  await workers.heartbeat(report('w1', alpha, false));
  expect(await workers.list()).toMatchObject([
    { id: 'w1', store: { ok: false, reason: 'does not answer' }, storeSince: at(2000) },
    { id: 'w2', lastSeenAt: at(0), storeSince: at(0) },
  ]);
  expect(await workers.removeSilent(at(1500))).toBe(1);
  await workers.remove('w1');
  expect(await workers.list()).toEqual([]);
});

test('the audit trail is read newest first, in pages', async () => {
  const { audit } = stage.catalog;
  for (let n = 0; n < 5; n++) await audit.append({ actor: 'test', action: `n.${n}`, subject: 'pages' });
  const first = await audit.list({ subject: 'pages', limit: 3 });
  const rest = await audit.list({ subject: 'pages', limit: 3, before: first.at(-1)?.id ?? 0 });
  expect([...first, ...rest].map((event) => event.action)).toEqual(['n.4', 'n.3', 'n.2', 'n.1', 'n.0']);
  expect(first[0]?.at).toEqual(now);
});
