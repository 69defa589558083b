import { createHash, randomBytes } from 'node:crypto';
import { type BlobStore, type PaceBody, withPace } from '@cbcr/blobstore';
import { systemClock } from '@cbcr/domain';
import { createThrottle } from '@cbcr/throttle';
import type { CostFigures, CostOrder } from './measure-cost.ts';
import { link, openSinkStore } from './open-store.ts';
import { readPrefix, writePrefix } from './sink-protocol.ts';

const bodyBytes = 32 << 20;

interface Spent {
  readonly elapsedMs: number;
  readonly cpuMs: number;
}

async function spend(work: () => Promise<unknown>): Promise<Spent> {
  const [startedMs, before] = [systemClock.monotonicMs(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { elapsedMs: systemClock.monotonicMs() - startedMs, cpuMs: (user + system) / 1000 };
}

async function measure({ endpoint, redisUrl, namespace, rounds }: CostOrder): Promise<CostFigures[]> {
  const throttle = createThrottle({ redisUrl, clock: systemClock, workerId: 'costs', namespace, unheard: { limits: {} } });
  const without = await openSinkStore(endpoint);
  await without.probe();
  const pace: PaceBody = (body, signal) => throttle.pace(link, body, { priority: 'backup', signal });
  pace.passes = () => throttle.passes(link);
  const paced = withPace(without, pace);
  const body = randomBytes(bodyBytes);
  let number = 0;
  const calls = {
    put: (store: BlobStore) => store.put(`${writePrefix}0/${number++}`, body, { sha256: sha256Of(body), ifAbsent: true }),
    get: async (store: BlobStore) => sha256Of(await store.get(`${readPrefix}${bodyBytes}`)),
  };
  const figures: CostFigures[] = [];
  for (const direction of ['put', 'get'] as const) {
    const call = calls[direction];
    for (let i = 0; i < 4; i++) await call(i % 2 === 0 ? without : paced);
    const spent: { without: Spent; with: Spent }[] = [];
    for (let round = 0; round < rounds; round++) {
      // Who comes second finds warmer caches: they take turns.
      const early = round % 2 === 0 ? await spend(() => call(paced)) : undefined;
      const plain = await spend(() => call(without));
      spent.push({ without: plain, with: early ?? (await spend(() => call(paced))) });
    }
    figures.push({
      direction,
      bodies: rounds,
      withoutMs: median(spent.map((both) => both.without.elapsedMs)),
      withMs: median(spent.map((both) => both.with.elapsedMs)),
      elapsed: median(spent.map((both) => both.with.elapsedMs / both.without.elapsedMs)) - 1,
      cpu: median(spent.map((both) => both.with.cpuMs / both.without.cpuMs)) - 1,
    });
  }
  throttle.close();
  await without.close();
  return figures;
}

/** The least that is done to any segment: before it is stored, and after it was read. */
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

process.once('message', (order: CostOrder) => {
  void measure(order).then((figures) => process.send?.(figures));
});
