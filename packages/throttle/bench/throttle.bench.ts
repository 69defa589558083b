import { createHash, randomBytes } from 'node:crypto';
import { regionIdSchema, systemClock } from '@cbcr/domain';
import { createTemporaryFolder, type RedisServer, startRedis, type TemporaryFolder, waitUntil } from '@cbcr/testkit';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { createLimitBook, createThrottle, formatRate, type Limits, limitsSchema } from '../src/index.ts';
import { busiestSecond, fairness, meanRate, within } from '../test/movements.ts';
import { startWorkerCrew } from '../test/worker-crew.ts';

const link = { source: regionIdSchema.parse('north'), target: regionIdSchema.parse('south') };
const say = (line: string) => process.stdout.write(`  ${line}\n`);
const nowMs = () => systemClock.now().getTime();

let folder: TemporaryFolder;
let redis: RedisServer;
beforeAll(async () => {
  folder = await createTemporaryFolder();
  // biome-ignore lint/style/noProcessEnv: a bench has nobody who could hand it the environment
  redis = await startRedis({ folder: folder.path, environment: process.env });
});
afterAll(async () => {
  await redis.stop();
  await folder.remove();
});

async function publish(limits: Limits): Promise<string> {
  const namespace = `bench-${randomBytes(6).toString('hex')}`;
  const book = createLimitBook({ redisUrl: redis.url, clock: systemClock, namespace });
  await book.publish(limits, 1);
  book.close();
  return namespace;
}

/** Promised: within 5 % over 10 s, no second above 1.1 times the rate, fairness of at least 0.95. */
describe('real processes on one link, 10 s', () => {
  describe.each([10e6, 100e6])('at %d bytes per second', (rate) => {
    test.each([1, 4, 16])('%d workers', async (workers) => {
      const namespace = await publish(limitsSchema.parse({ links: { 'north->south': rate } }));
      const crew = await startWorkerCrew({ redisUrl: redis.url, namespace, workers, linkOf: () => link });
      const everybodyMoves = () => new Set(crew.movements.map(({ worker }) => worker)).size === workers;
      await waitUntil(everybodyMoves, { deadlineMs: 60_000 });
      const fromMs = nowMs() + 1_000;
      // Workers tell ten times a second.
      await waitUntil(() => nowMs() > fromMs + 10_500, { deadlineMs: 20_000 });
      await crew.stop();
      const seen = within(crew.movements, fromMs, fromMs + 10_000);
      const [mean, busiest] = [meanRate(seen, fromMs, fromMs + 10_000) / rate, busiestSecond(crew.movements) / rate];
      const figures = [`mean ${mean.toFixed(3)}`, `busiest second ${busiest.toFixed(3)}`, `fairness ${fairness(seen, workers).toFixed(4)}`];
      say(`${formatRate(rate).padStart(9)}, ${String(workers).padStart(2)} workers: ${figures.join(', ')}`);
    });
  });
});

/** Promised: less than 2 %. The work is a hash of what passes, the least that is done to any byte; processor time, which others do not disturb. */
describe('the cost of no limit', () => {
  const body = randomBytes(32 * 1024 * 1024);
  const bodies = 80;
  test('bodies of 32 MiB, hashed', async () => {
    const namespace = await publish({});
    const throttle = createThrottle({ redisUrl: redis.url, clock: systemClock, workerId: 'bench', namespace, unheard: { limits: {} } });
    const plain = async function* () {
      const size = 1024 * 1024;
      for (let offset = 0; offset < body.length; offset += size) yield body.subarray(offset, offset + size);
    };
    const timeOf = async (pieces: () => AsyncIterable<Uint8Array>) => {
      const before = process.cpuUsage();
      const hash = createHash('sha256');
      for await (const piece of pieces()) hash.update(piece);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    const paced = () => throttle.pace(link, body, { priority: 'backup' });
    await timeOf(paced);
    const times: { plain: number; paced: number }[] = [];
    for (let i = 0; i < bodies; i++) {
      // Who comes second finds warmer caches.
      const first = i % 2 === 0 ? await timeOf(paced) : 0;
      const without = await timeOf(plain);
      times.push({ plain: without, paced: first > 0 ? first : await timeOf(paced) });
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    const [without, withThrottle] = [median(times.map((time) => time.plain)), median(times.map((time) => time.paced))];
    say(`${without.toFixed(2)} ms plain, ${withThrottle.toFixed(2)} ms paced: ${((withThrottle / without - 1) * 100).toFixed(2)} %`);
    throttle.close();
  });
});
