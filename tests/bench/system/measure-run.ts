import type { RunView } from '@cbcr/client';
import { systemClock } from '@cbcr/domain';
import { waitUntil } from '@cbcr/testkit';
import { readPeakRssBytes, readTreeCpuSeconds, resetPeakRss } from '../measure/process-usage.ts';
import { readWorkerMetrics } from '../measure/worker-metrics.ts';
import type { Figures } from '../measurements.ts';
import type { System } from './system.ts';

const deadlineMs = 3_600_000;
const finalStates = ['succeeded', 'failed', 'cancelled'];

/** Begins to watch a worker and the servers; the answer tells what they used meanwhile. */
export async function watchWorker(system: System, worker: string) {
  const [pid, port] = [system.pidOf(worker), system.portOf(worker)];
  const serverCpu = () => new Map(system.servers().map(({ name, pid: server }) => [`${name} CPU s`, readTreeCpuSeconds(server)]));
  const metrics = await readWorkerMetrics(port);
  resetPeakRss(pid);
  const before = { cpu: readTreeCpuSeconds(pid), servers: serverCpu() };
  return async (): Promise<Omit<Figures, 'seconds'>> => {
    const cpu = readTreeCpuSeconds(pid);
    const usedBy = [...serverCpu()].map(([name, seconds]): [string, number] => [name, seconds - (before.servers.get(name) ?? 0)]);
    const peakRssBytes = readPeakRssBytes(pid);
    const after = await readWorkerMetrics(port);
    return {
      cpuSeconds: cpu - before.cpu,
      serverCpuSeconds: usedBy.reduce((sum, [, seconds]) => sum + seconds, 0),
      peakRssBytes,
      loopDelayP99Ms: after.loopDelayP99Ms,
      sentBytes: after.sentBytes - metrics.sentBytes,
      receivedBytes: after.receivedBytes - metrics.receivedBytes,
      detail: Object.fromEntries(usedBy),
    };
  };
}

/** Starts runs on one worker and waits for all; `seconds` is from the first start to the last end, by the catalog's own stamps. */
export async function measureRuns(
  system: System,
  worker: string,
  start: () => Promise<readonly string[]>,
): Promise<{ figures: Figures; runs: RunView[] }> {
  const stopWatching = await watchWorker(system, worker);
  const ids = await start();
  const runs = await Promise.all(ids.map((id) => untilEnded(system, id)));
  const used = await stopWatching();
  return { figures: { seconds: secondsOf(runs), ...used }, runs };
}

export async function untilEnded({ client }: System, id: string): Promise<RunView> {
  const run = await waitUntil(
    async () => {
      const found = await client.getRun(id);
      return finalStates.includes(found.state) && found;
    },
    { deadlineMs, intervalMs: 50 },
  );
  if (!run) throw new Error(`${id} did not end in time`);
  if (run.state !== 'succeeded') throw new Error(`${run.kind} ${id} ${run.state}: ${run.error?.message}`);
  return run;
}

/** Waits for a run that the reconciler makes by itself. */
export async function untilMade({ client }: System, filter: { instance: string; kind: string; point: string }): Promise<string> {
  const id = await waitUntil(
    async () => {
      const runs = await client.listRuns({ instance: filter.instance, kind: filter.kind, limit: 50 });
      return runs.find((run) => run.point === filter.point)?.id;
    },
    { deadlineMs: 60_000, intervalMs: 20, clock: systemClock },
  );
  if (!id) throw new Error(`the reconciler made no ${filter.kind} of ${filter.point}`);
  return id;
}

/** Until nothing is left to do for the instance, so that it does not disturb what is measured next. */
export async function untilProtected({ client }: System, instance: string): Promise<void> {
  const isProtected = await waitUntil(async () => (await client.getInstance(instance)).protected, { deadlineMs, intervalMs: 100 });
  if (!isProtected) throw new Error(`${instance} is not protected`);
}

function secondsOf(runs: readonly RunView[]): number {
  const stamps = (name: 'startedAt' | 'finishedAt') => runs.map((run) => new Date(run[name] ?? Number.NaN).getTime());
  return (Math.max(...stamps('finishedAt')) - Math.min(...stamps('startedAt'))) / 1000;
}
