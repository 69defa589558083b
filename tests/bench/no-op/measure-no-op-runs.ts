import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Catalog, migrateCatalog, openCatalog } from '@cbcr/catalog';
import { createIdFactory, instanceSchema, policySchema, regionSchema, systemClock } from '@cbcr/domain';
import { createQueues } from '@cbcr/jobs';
import { createTestDatabase } from '@cbcr/testkit';
import postgres from 'postgres';
import { readPeakRssBytes, readTreeCpuSeconds } from '../measure/process-usage.ts';
import type { Figures } from '../measurements.ts';
import { noOpKinds } from './no-op-kind.ts';
import type { NoOpServers } from './no-op-servers.ts';

const region = regionSchema.parse({ id: 'somewhere', jurisdictions: ['EU'], store: { kind: 'fs' } });
const policy = policySchema.parse({ id: 'one', placement: { copies: 1, jurisdictions: ['EU'] } });
const instance = instanceSchema.parse({ id: 'nothing', engine: 'postgres', home: region.id, policy: policy.id, connection: 'env:NONE' });
const producers = 64;

/**
 * Runs that do nothing, all the way: created with their wake-up calls in one transaction each, relayed from the outbox to the queue, fetched
 * by a worker in another process, opened, heartbeaten, ended in the catalog. From the first creation to the last end.
 */
export async function measureNoOpRuns({ postgres: server, redis }: NoOpServers, count: number): Promise<Figures> {
  const clock = systemClock;
  const database = await createTestDatabase(server.adminUrl);
  await migrateCatalog({ url: database.url, clock });
  const ids = createIdFactory(clock, randomBytes);
  const catalog = openCatalog({ url: database.url, clock, ids, applicationName: 'no-op producer', onError: () => undefined });
  await catalog.applyConfig({ regions: [region], policies: [policy], instances: [instance] }, 'config');
  const queues = createQueues({ redisUrlFor: () => redis.url, kinds: noOpKinds, clock, onError: () => undefined });
  const worker = fork(join(import.meta.dirname, 'no-op-worker.ts'));
  const workerGone = once(worker, 'exit');
  const sql = postgres(database.url, { max: 1 });
  try {
    worker.send({ databaseUrl: database.url, redisUrl: redis.url, region: region.id });
    await once(worker, 'message');
    const workerPid = worker.pid ?? 0;
    const servers = () => ({ postgres: readTreeCpuSeconds(server.record().pid), redis: readTreeCpuSeconds(redis.record().pid) });
    const usage = () => ({ own: process.cpuUsage(), worker: readTreeCpuSeconds(workerPid), ...servers() });
    await catalog.runs.create({ kind: 'noop', region: region.id, instance: instance.id, params: {}, requestedBy: 'warm-up' });

    const before = usage();
    const started = clock.monotonicMs();
    const all = new AbortController();
    const relaying = relay(catalog, queues, all.signal);
    await createRuns(catalog, count);
    const createdMs = clock.monotonicMs() - started;
    await untilEnded(sql, count + 1);
    const seconds = (clock.monotonicMs() - started) / 1000;
    all.abort();
    await relaying;
    const after = usage();
    const own = (after.own.user + after.own.system - before.own.user - before.own.system) / 1e6;
    const parts = { worker: after.worker - before.worker, postgres: after.postgres - before.postgres, redis: after.redis - before.redis };
    const perRun = (cpuSeconds: number) => (cpuSeconds * 1000) / count;
    return {
      seconds,
      runs: count,
      cpuSeconds: own + parts.worker,
      serverCpuSeconds: parts.postgres + parts.redis,
      peakRssBytes: readPeakRssBytes(workerPid),
      detail: {
        createdPerSecond: (count * 1000) / createdMs,
        producerAndRelayCpuMsPerRun: perRun(own),
        workerCpuMsPerRun: perRun(parts.worker),
        postgresCpuMsPerRun: perRun(parts.postgres),
        redisCpuMsPerRun: perRun(parts.redis),
      },
    };
  } finally {
    worker.disconnect();
    await workerGone;
    await queues.close();
    await catalog.close();
    await sql.end();
    await database.drop();
  }
}

async function createRuns(catalog: Catalog, count: number): Promise<void> {
  let left = count;
  const produce = async () => {
    while (left-- > 0)
      await catalog.runs.create({ kind: 'noop', region: region.id, instance: instance.id, params: {}, requestedBy: 'bench' });
  };
  await Promise.all(Array.from({ length: producers }, produce));
}

/** The scheduler's relay for a kind that the scheduler does not know: the same three calls, the same batch, as soon as anything is there. */
async function relay(catalog: Catalog, queues: ReturnType<typeof createQueues<typeof noOpKinds>>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const calls = await catalog.outbox.claim(500, 5_000);
    if (calls.length === 0) {
      await systemClock.sleep(5);
      continue;
    }
    await queues.enqueueMany(calls.map(({ region: at, run }) => ({ kind: 'noop', region: at, runId: run })));
    await catalog.outbox.markRelayed(calls);
  }
}

async function untilEnded(sql: postgres.Sql, count: number): Promise<void> {
  for (;;) {
    const [row] = await sql<{ ended: number; bad: number }[]>`
      select count(*)::int as ended, count(*) filter (where state <> 'succeeded')::int as bad from runs where finished_at is not null`;
    if ((row?.bad ?? 0) > 0) throw new Error(`${row?.bad} runs did not succeed`);
    if ((row?.ended ?? 0) >= count) return;
    await systemClock.sleep(50);
  }
}
