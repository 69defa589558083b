import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { systemClock } from '@cbcr/domain';
import { Queue } from 'bullmq';
import { readTreeCpuSeconds } from '../measure/process-usage.ts';
import type { Figures } from '../measurements.ts';
import type { NoOpServers } from './no-op-servers.ts';

const batch = 500;

/** BullMQ alone, on the same Redis: as many jobs in batches of the same size to a worker of the same concurrency that does nothing. */
export async function measureRawQueue({ redis }: NoOpServers, count: number): Promise<Figures> {
  const name = `raw-${randomBytes(4).toString('hex')}`;
  const { hostname, port, password } = new URL(redis.url);
  const connection = { host: hostname, port: Number(port), password };
  const queue = new Queue(name, { connection });
  const worker = fork(join(import.meta.dirname, 'raw-queue-worker.ts'));
  const gone = once(worker, 'exit');
  try {
    worker.send({ name, connection, count });
    await once(worker, 'message');
    const workerPid = worker.pid ?? 0;
    const usage = () => ({ own: process.cpuUsage(), worker: readTreeCpuSeconds(workerPid), redis: readTreeCpuSeconds(redis.record().pid) });
    const before = usage();
    const started = systemClock.monotonicMs();
    const done = once(worker, 'message');
    for (let added = 0; added < count; added += batch) {
      const jobs = Array.from({ length: Math.min(batch, count - added) }, (_, i) => ({
        name: 'noop',
        data: { v: 1 },
        opts: { jobId: `${name}-${added + i}`, removeOnComplete: true, removeOnFail: true, priority: 20 },
      }));
      await queue.addBulk(jobs);
    }
    await done;
    const seconds = (systemClock.monotonicMs() - started) / 1000;
    const after = usage();
    const own = (after.own.user + after.own.system - before.own.user - before.own.system) / 1e6;
    return { seconds, runs: count, cpuSeconds: own + after.worker - before.worker, serverCpuSeconds: after.redis - before.redis };
  } finally {
    worker.disconnect();
    await gone;
    await queue.obliterate({ force: true });
    await queue.close();
  }
}
