import { systemClock } from '@cbcr/domain';
import { createLogger, type Logger } from '@cbcr/telemetry';
import { createTemporaryFolder, type RedisServer, startRedis, type TemporaryFolder } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { createLimitBook, type LimitBook, type Rate } from '@cbcr/throttle';
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { configure, newNamespace } from '../../test/leading-stage.ts';
import { createSchedulerStage, type SchedulerStage } from '../../test/stage.ts';
import { createLimitPublisher } from './publish-limits.ts';

let folder: TemporaryFolder;
/** Its own: it is emptied and killed. */
let redis: RedisServer;
let stage: SchedulerStage;
let limitBook: LimitBook;
let publish: () => Promise<'done'>;
let logged: [level: string, text: string][];

beforeAll(async () => {
  folder = await createTemporaryFolder();
  redis = await startRedis({ folder: folder.path, environment: inject('serverEnvironment') });
});
afterAll(async () => {
  await redis.stop();
  await folder.remove();
});
beforeEach(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  limitBook = createLimitBook({ redisUrl: redis.url, clock: systemClock, namespace: newNamespace() });
  logged = [];
  publish = createLimitPublisher({ catalog: stage.catalog, limitBook, logger: listeningLogger() });
  return async () => {
    limitBook.close();
    await stage.close();
  };
});

function listeningLogger(): Logger {
  const logger = createLogger({ service: 'test', level: 'silent' });
  const note = (level: string) => (_facts: object, text: string) => void logged.push([level, text]);
  return Object.assign(logger, { info: note('info'), warn: note('warn') });
}
const withLimits = (...limits: string[]) => `${stage.yaml()}limits:\n  links:\n${limits.map((line) => `    ${line}\n`).join('')}`;
const inForce = async () => (await limitBook.read())?.limits.map(({ name, rate }): [string, Rate] => [name, rate]);

test('workers get what the file says and what was set since, and lose what was taken away', async () => {
  const [here, there] = [`${stage.home}->${stage.other}`, `${stage.home}->${stage.home}`];
  await publish();
  expect(await inForce()).toEqual([]);
  await configure(stage, withLimits(`${here}: 20MB/s`, `${there}: 10MB/s`));
  await stage.catalog.limits.override(`link:${there}`, 'paused', 'ada');
  await publish();
  expect(new Map(await inForce())).toEqual(
    new Map<string, Rate>([
      [`link:${here}`, 20e6],
      [`link:${there}`, 'paused'],
    ]),
  );
  await configure(stage, stage.yaml());
  await stage.catalog.limits.override(`link:${there}`, null, 'ada');
  await publish();
  expect(await inForce()).toEqual([]);
});

test('a Redis that lost everything is told again although nothing changed, and only changes are logged', async () => {
  await stage.catalog.limits.override('link:*', 5_000_000, 'ada');
  await publish();
  await publish();
  await redis.kill();
  await expect(publish()).rejects.toMatchObject({ code: 'queue.unreachable' });
  await redis.restart();
  await vi.waitFor(async () => expect(await limitBook.read()).toBeNull(), 60_000);
  await publish();
  expect(await inForce()).toEqual([['link:*', 5_000_000]]);
  expect(logged).toEqual([['info', 'bandwidth limits published']]);
});

test('a scheduler that slept cannot bring back what was before', async () => {
  await stage.catalog.limits.override('link:*', 'unlimited', 'ada');
  const { revision } = await stage.catalog.limits.list();
  await limitBook.publish({ 'link:*': { rate: 'paused', windows: [] } }, revision + 1);
  await publish();
  expect(await inForce()).toEqual([['link:*', 'paused']]);
  expect(logged.map(([level]) => level)).toEqual(['warn']);
});

test('a limit of the catalog that cannot be read is not left out: what was published before stays', async () => {
  await stage.catalog.limits.override('link:*', 5_000_000, 'ada');
  await publish();
  await stage.catalog.limits.override('egress:*', { rate: 'as fast as a bird' }, 'ada');
  await expect(publish()).rejects.toThrow('a rate such as');
  expect(await inForce()).toEqual([['link:*', 5_000_000]]);
});
