import type { RunView } from '@cbcr/client';
import type { Figures } from '../measurements.ts';
import { measureRuns, untilEnded, untilMade, untilProtected, watchWorker } from './measure-run.ts';
import type { System } from './system.ts';

const workerOf = (region: string) => `worker-${region}`;

/** One copy in the home region: the backup, and the verification that follows by itself. */
export async function measureOneRegion(system: System): Promise<{ backup: Figures; verify: Figures; point: string }> {
  const { home } = system.regions;
  await system.setCopies({});
  const { figures, runs } = await measureRuns(system, workerOf(home), () => startBackups(system, 'one'));
  const backup = pointOf(runs);
  const stopWatching = await watchWorker(system, workerOf(home));
  const run = await untilEnded(system, await untilMade(system, { instance: 'one', kind: 'verify', point: backup.id }));
  const verify = { seconds: secondsOf(run), plaintextBytes: backup.plaintextBytes, ...(await stopWatching()) };
  await untilProtected(system, 'one');
  return { backup: { ...figures, plaintextBytes: backup.plaintextBytes, storedBytes: backup.storedBytes }, verify, point: backup.id };
}

/** The policy wants a second copy of a point, which the reconciler then has made in the other region. */
export async function measureReplicate(system: System, point: string): Promise<Figures> {
  const { second } = system.regions;
  const { plaintextBytes, storedBytes } = await system.client.getPoint(point);
  const stopWatching = await watchWorker(system, workerOf(second));
  await system.setCopies({ one: 2 });
  const run = await untilEnded(system, await untilMade(system, { instance: 'one', kind: 'replicate', point }));
  const used = await stopWatching();
  await untilProtected(system, 'one');
  return { seconds: secondsOf(run), plaintextBytes, storedBytes, ...used };
}

/** A copy in each region, from one capture. */
export async function measureAllRegions(system: System): Promise<Figures> {
  const { home, all } = system.regions;
  const { figures, runs } = await measureRuns(system, workerOf(home), () => startBackups(system, 'three'));
  const { plaintextBytes, storedBytes, copies } = pointOf(runs);
  await untilProtected(system, 'three');
  if (copies !== all.length) throw new Error(`only ${copies} of ${all.length} regions kept up with the capture`);
  return { ...figures, plaintextBytes, storedBytes: storedBytes * copies };
}

export async function startBackups({ client }: System, ...instances: string[]): Promise<string[]> {
  return await Promise.all(instances.map(async (instance) => (await client.startBackup({ instance })).id));
}

interface BackupResult {
  point: string;
  plaintextBytes: number;
  storedBytes: number;
  stored: string[];
}

function pointOf([run]: readonly RunView[]): { id: string; plaintextBytes: number; storedBytes: number; copies: number } {
  const result = run?.result as BackupResult;
  return { id: result.point, plaintextBytes: result.plaintextBytes, storedBytes: result.storedBytes, copies: result.stored.length };
}

const secondsOf = ({ startedAt, finishedAt }: RunView) =>
  (new Date(finishedAt ?? Number.NaN).getTime() - new Date(startedAt ?? Number.NaN).getTime()) / 1000;
