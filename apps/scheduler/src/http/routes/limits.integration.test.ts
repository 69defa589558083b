import { systemClock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import { createTemporaryFolder, type RedisServer, startRedis, type TemporaryFolder } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { createLimitBook, createThrottle } from '@cbcr/throttle';
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { createSchedulerStage, type SchedulerStage } from '../../../test/stage.ts';
import { composeScheduler, type RunningScheduler } from '../../compose.ts';

let folder: TemporaryFolder;
/** Its own: limits of other tests would be published in it as well. */
let redis: RedisServer;
let stage: SchedulerStage;
let scheduler: RunningScheduler;
let link: string;

beforeAll(async () => {
  folder = await createTemporaryFolder();
  redis = await startRedis({ folder: folder.path, environment: inject('serverEnvironment') });
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  link = `link:${stage.home}->${stage.other}`;
  const windows = `windows: [{from: '00:00', to: '24:00', rate: 30MB/s}]`;
  await stage.writeConfig(
    `${stage.yaml()}limits:\n  links:\n    ${stage.home}->${stage.other}: {rate: unlimited, timeZone: Europe/Berlin, ${windows}}\n`,
  );
  const environment = {
    databaseUrl: stage.database.url,
    redisUrl: redis.url,
    token: stage.token,
    configFile: stage.configFile,
    host: '127.0.0.1',
    port: 0,
    sealKey: stage.sealKey,
    logLevel: 'silent' as const,
  };
  scheduler = await composeScheduler(environment, createLogger({ service: 'test', level: 'silent' }));
});
afterAll(async () => {
  await scheduler.stop();
  await redis.stop();
  await stage.close();
  await folder.remove();
});
beforeEach(async () => {
  for (const { name } of (await list()).body) await set(name, null);
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at through matchers alone
type Answer = { status: number; body: any };
async function call(method: 'GET' | 'PUT', path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${scheduler.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${stage.token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
const list = () => call('GET', '/limits');
const set = (name: string, limit: unknown) => call('PUT', `/limits/${encodeURIComponent(name)}`, { limit });

test('the rate of now, where it comes from, and what is behind it', async () => {
  const configured = { rate: 'unlimited', varies: true };
  // The leader publishes at its start: before, nobody can tell how many share it.
  await vi.waitFor(async () => expect((await list()).body).toMatchObject([{ sharers: 0 }]), 60_000);
  expect((await list()).body).toEqual([{ name: link, rate: '30 MB/s', source: 'config', configured, override: null, sharers: 0 }]);
  const changed = await set(link, '20MB/s');
  expect(changed.status).toBe(200);
  const now = { name: link, rate: '20 MB/s', source: 'override', configured, override: { rate: '20 MB/s', varies: false } };
  expect(changed.body).toMatchObject(now);
  expect((await list()).body).toMatchObject([now]);
  expect((await set(link, null)).body).toMatchObject({ rate: '30 MB/s', source: 'config', override: null });
});

test('what is set reaches workers, and the list says how many share it', async () => {
  const book = createLimitBook({ redisUrl: redis.url, clock: systemClock });
  const rate = async () => (await book.read())?.limits.find(({ name }) => name === link)?.rate;
  // Published when the answer comes, not some time later.
  for (const [limit, known] of [
    ['unlimited', 'unlimited'],
    ['64KiB/s', 65_536],
  ] as const) {
    await set(link, limit);
    expect(await rate()).toBe(known);
  }
  const [source, target] = [stage.home, stage.other];
  const throttles = ['a', 'b'].map((workerId) =>
    createThrottle({ redisUrl: redis.url, clock: systemClock, workerId, unheard: { limits: {} } }),
  );
  const waiting = throttles.map((throttle) =>
    throttle.take({ source, target }, 100_000_000, { priority: 'backup' }).catch(() => undefined),
  );
  await vi.waitFor(async () => expect((await list()).body).toMatchObject([{ name: link, sharers: 2 }]), 60_000);
  for (const throttle of throttles) throttle.close();
  await Promise.all(waiting);
  book.close();
});

test('a limit that the file does not know is gone after its reset; one that never was may be reset', async () => {
  const name = `egress:${stage.home}`;
  expect((await set(name, 'paused')).body).toMatchObject({ name, rate: 'paused', source: 'override', configured: null });
  expect((await set(name, null)).body).toMatchObject({ name, rate: 'unlimited', source: 'none' });
  expect((await set('worker:nobody', null)).body).toMatchObject({ name: 'worker:nobody', source: 'none' });
  expect((await list()).body.map((limit: { name: string }) => limit.name)).toEqual([link]);
});

test('what is wrong is refused in words, and changes nothing', async () => {
  // Those of the test before are forgotten a while after they have closed.
  await vi.waitFor(async () => expect((await list()).body).toMatchObject([{ sharers: 0 }]), 60_000);
  const before = (await list()).body;
  const refusals: [name: string, limit: unknown, status: number, code: string, text: string][] = [
    ['link:nowhere->nothing', '1MB/s', 404, 'region.not-found', 'nowhere'],
    [`egress:${stage.home}->${stage.other}`, '1MB/s', 400, 'api.request-invalid', 'egress:REGION'],
    ['everything', '1MB/s', 400, 'api.request-invalid', 'link:SOURCE->TARGET'],
    [link, 'fast', 400, 'api.request-invalid', 'such as 50MB/s'],
    [link, '1B/s', 400, 'api.request-invalid', 'at least 16KiB/s'],
    [
      link,
      { rate: '1MB/s', windows: [{ from: '8 am', to: '18:00', rate: 'paused' }], timeZone: 'UTC' },
      400,
      'api.request-invalid',
      '08:00',
    ],
    [link, { rate: '1MB/s', windows: [{ from: '08:00', to: '18:00', rate: 'paused' }] }, 400, 'api.request-invalid', 'timeZone'],
    [link, { rate: '1MB/s', timeZone: 'Europe/Atlantis' }, 400, 'api.request-invalid', 'time zone'],
  ];
  for (const [name, limit, status, code, text] of refusals) {
    const refused = await set(name, limit);
    expect([name, refused.status]).toEqual([name, status]);
    expect(refused.body.error.code).toBe(code);
    expect(JSON.stringify(refused.body)).toContain(text);
  }
  expect((await list()).body).toEqual(before);
});

test('without Redis limits are listed and set all the same; how many share them is not known', async () => {
  await redis.kill();
  expect((await set(link, '40MB/s')).body).toMatchObject({ rate: '40 MB/s', source: 'override' });
  expect((await list()).body).toMatchObject([{ name: link, rate: '40 MB/s', sharers: null }]);
  await redis.restart();
  // The leader publishes it as soon as it can.
  await vi.waitFor(async () => expect((await list()).body).toMatchObject([{ sharers: 0 }]), 60_000);
});
