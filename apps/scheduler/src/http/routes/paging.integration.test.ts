import { type CbcrClient, createClient, type DeletionView } from '@cbcr/client';
import { recoveryPointIdSchema, systemClock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makePoint } from '../../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../../test/stage.ts';
import { composeScheduler, type RunningScheduler } from '../../compose.ts';

let stage: SchedulerStage;
let scheduler: RunningScheduler;
let client: CbcrClient;
beforeAll(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  const { configFile, token, sealKey } = stage;
  const addresses = { databaseUrl: stage.database.url, redisUrl: inject('redisUrl'), host: '127.0.0.1', port: 0 };
  const logger = createLogger({ service: 'test', level: 'silent' });
  scheduler = await composeScheduler({ ...addresses, configFile, token, sealKey, logLevel: 'silent' }, logger);
  client = createClient({ url: scheduler.url, token });
});
afterAll(async () => {
  await scheduler.stop();
  await stage.close();
});

const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);
const early = '2020-01-01T00:00:00.000Z';
const late = '2100-01-01T00:00:00.000Z';

test('points are read page by page, each once, the newest first', async () => {
  const made: string[] = [];
  for (let n = 0; n < 5; n++) made.unshift((await makePoint(stage, () => 'verified')).id);
  const read: string[] = [];
  for (let cursor: string | undefined; ; cursor = read.at(-1)) {
    const page = await client.listPoints({ instance: shop, limit: 2, cursor });
    read.push(...ids(page));
    if (page.length < 2) break;
  }
  expect(read).toEqual(made);
  await expect(client.listPoints({ cursor: 'rp_1' })).rejects.toMatchObject({ code: 'api.request-invalid' });
});

test('deletions are read page by page; of a period, all that were under way in it, whatever became of them', async () => {
  const [newest, ...older] = await client.listPoints({ instance: shop });
  const reasons = [{ rule: 'was-asked-for', text: 'the test asks' }];
  const wish = { instance: shop, purpose: 'manual', wholePoint: false, requestedBy: 'ada', requestReason: 'a test', reasons } as const;
  for (const { id } of older) {
    const point = recoveryPointIdSchema.parse(id);
    expect(await stage.catalog.deletions.mark({ ...wish, point, region: stage.other }, 'verified')).toBe(true);
  }
  const read: DeletionView[] = [];
  for (let isWhole = false; !isWhole; ) {
    const page = await client.listDeletions({ from: early, to: late, instance: shop, after: read.at(-1)?.id, limit: 3 });
    read.push(...page);
    isWhole = page.length < 3;
  }
  expect(read.map(({ point }) => point)).toEqual(ids(older));
  expect(read[0]).toMatchObject({ region: stage.other, requestReason: 'a test', begunAt: null, goneAt: null, versionsDeleted: 0 });
  expect(ids(older)).not.toContain(newest?.id);
  expect(await client.listDeletions({ from: early, to: '2020-02-01T00:00:00.000Z' })).toEqual([]);
  await expect(client.listDeletions({ instance: 'nobody' })).rejects.toMatchObject({ code: 'instance.not-found' });

  // One that was undone is none of those that are open, and was of its time.
  const [first] = read;
  if (first === undefined) throw new Error('a deletion was listed');
  const key = { point: recoveryPointIdSchema.parse(first.point), region: stage.other };
  await stage.catalog.deletions.undo(key, 'ada', reasons);
  expect((await client.listDeletions()).map(({ id }) => id)).not.toContain(first.id);
  const [undone] = await client.listDeletions({ from: early, limit: 1 });
  expect(undone).toMatchObject({ id: first.id, keptAt: expect.any(String) });
  expect((await client.listDeletions({ from: late })).map(({ id }) => id)).not.toContain(first.id);
});

test('retired instances are listed when somebody asks for them', async () => {
  await client.addInstance({ id: 'old', engine: 'postgres', home: stage.home, policy: 'standard', connection: 'env:OLD_URL' });
  await stage.catalog.instances.retire((await stage.catalog.instances.list()).find(({ id }) => id === 'old')?.id ?? shop, 'ada');
  expect(ids(await client.listInstances())).toEqual(['shop']);
  expect(ids(await client.listInstances({ retired: true }))).toEqual(['old', 'shop']);
});

test('versions of the rules are listed newest first, page by page, and shown with what they say', async () => {
  const [{ version = 0 } = {}] = await client.listPolicyVersions();
  for (const copies of [1, 2]) await client.applyConfig({ file: 'cbcr.yaml', text: stage.yaml({ copies }) });
  expect((await client.listPolicyVersions({ limit: 2 })).map((one) => one.version)).toEqual([version + 2, version + 1]);
  expect((await client.listPolicyVersions({ before: version + 1, limit: 1 })).map((one) => one.version)).toEqual([version]);
  const document = await client.getPolicyVersion(version + 1);
  expect(document).toMatchObject({ version: version + 1, rulebook: { policies: [{ id: 'standard', placement: { copies: 1 } }] } });
  await expect(client.getPolicyVersion(999)).rejects.toMatchObject({ code: 'policy.version-not-found' });
});

test.each([
  ['/audit?since=2027-02-01T00:00:00Z&until=2027-01-01T00:00:00Z', 'since must be before until'],
  ['/audit/chain?from=2027-02-01T00:00:00Z&to=2027-01-01T00:00:00Z', 'from must be before to'],
  ['/audit/verification?from=2027-02-01T00:00:00Z&to=2027-02-01T00:00:00Z', 'from must be before to'],
  ['/deletions?from=2027-02-01T00:00:00Z&to=2027-01-01T00:00:00Z', 'from must be before to'],
  ['/audit?limit=5000', 'limit: must be at most 1000'],
  ['/audit?limit=0', 'limit: must be at least 1'],
  ['/audit?limit=many', 'limit: must be a number'],
  ['/audit?since=yesterday', 'since: must be a moment such as 2027-01-31T12:00:00Z'],
  ['/audit?subject=', 'subject: must not be empty'],
  ['/audit?colour=red', 'colour is not known here'],
  ['/runs?kind=foo', /kind: must be one of backup, .*verify/],
])('%s is refused in words of our own', async (path, sentence) => {
  const answer = await fetch(`${scheduler.url}/v1${path}`, { headers: { authorization: `Bearer ${stage.token}` } });
  const { error } = (await answer.json()) as { error: { code: string; message: string } };
  expect([answer.status, error.code]).toEqual([400, 'api.request-invalid']);
  expect(error.message).toMatch(sentence);
});
