import { type CbcrClient, createClient } from '@cbcr/client';
import { systemClock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { makePoint } from '../../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../../test/stage.ts';
import { composeScheduler, type RunningScheduler } from '../../compose.ts';

let stage: SchedulerStage;
let scheduler: RunningScheduler;
let client: CbcrClient;
beforeAll(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  await stage.writeConfig(`${stage.yaml()}\nretention:\n  rules:\n    newest:\n      keep: { last: 1 }\n`);
  const { configFile, token, sealKey } = stage;
  const addresses = { databaseUrl: stage.database.url, redisUrl: inject('redisUrl'), host: '127.0.0.1', port: 0 };
  const logger = createLogger({ service: 'test', level: 'silent' });
  scheduler = await composeScheduler({ ...addresses, configFile, token, sealKey, logLevel: 'silent' }, logger);
  client = createClient({ url: scheduler.url, token });
  // From then on the time is trusted. No worker ever reports here, so that nothing is marked whatever is confirmed.
  await vi.waitFor(async () => expect((await client.runRetention({ instance: shop })).stopped).toEqual([]), {
    timeout: 60_000,
    interval: 100,
  });
});
afterAll(async () => {
  await scheduler.stop();
  await stage.close();
});

test('a confirmation says whether anything waited for it', async () => {
  const confirm = () => client.confirmDeletions({ scope: `region:${stage.other}`, reason: 'a test' });
  expect(await confirm()).toMatchObject({ waited: false, stopped: [], until: expect.any(String) });
  expect(await client.confirmDeletions({ scope: 'clock', reason: 'a test' })).toMatchObject({ waited: false, until: null });
});

test('that something was stopped, once: the next confirmation finds that it goes on', async () => {
  const scope = `instance:${shop}`;
  // More than the usual share of the instance and of its regions at once. Nobody has confirmed the regions.
  for (let n = 0; n < 6; n++) await makePoint(stage, () => 'verified');
  const confirm = () => client.confirmDeletions({ scope, reason: 'a test' });
  expect(await confirm()).toMatchObject({ scope, waited: true, stopped: [{ instance: shop }] });
  expect(await confirm()).toMatchObject({ scope, waited: false });
});
