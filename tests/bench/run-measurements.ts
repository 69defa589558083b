import { mkdir, stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { readMachineEnvironment } from '@cbcr/config';
import { systemClock } from '@cbcr/domain';
import { requirePostgresFolder } from '@cbcr/testkit';
import { measureDumpToNowhere, measureDumpToZstd } from './floors/dump.ts';
import { measurePlainUpload } from './floors/plain-upload.ts';
import { type Figures, type MeasurementName, measurementNames, NotInstalled, type Result } from './measurements.ts';
import { measureNoOpRuns } from './no-op/measure-no-op-runs.ts';
import { measureRawQueue } from './no-op/measure-raw-queue.ts';
import { startNoOpServers } from './no-op/no-op-servers.ts';
import type { BenchOptions } from './options.ts';
import { measurePgBackRest } from './peers/pgbackrest.ts';
import { measureRestic } from './peers/restic.ts';
import { measureAllAtOnce } from './system/all-at-once.ts';
import { measureAllRegions, measureOneRegion, measureReplicate } from './system/backups.ts';
import { measureFanOut } from './system/fan-out.ts';
import { measureRestore } from './system/restore.ts';
import { startSystem } from './system/system.ts';

type Record = (name: MeasurementName, measure: () => Promise<Figures>) => Promise<void>;

interface Recorder {
  /** Of the call of `pnpm bench`. */
  session: string;
  /** From earlier calls. */
  earlier: readonly Result[];
  say(line: string): void;
  /** Hears of all results, in their order, whenever there is one more. */
  onMeasured(results: Result[]): Promise<void>;
  signal: AbortSignal;
}

/** Makes the wanted measurements one after another, each `repeat` times. */
export async function runMeasurements(
  folder: string,
  options: BenchOptions,
  { session, earlier, say, onMeasured, signal }: Recorder,
): Promise<void> {
  const results = new Map<MeasurementName, Result>(earlier.map((result) => [result.name, result]));
  const isWanted = (...names: MeasurementName[]) => options.only.length === 0 || names.some((name) => options.only.includes(name));
  const record: Record = async (name, measure) => {
    const result = results.get(name) ?? { name, repetitions: [] };
    results.set(name, result);
    const facts = { loadBefore: loadavg()[0] ?? 0, startedAt: systemClock.now().toISOString(), session };
    try {
      const figures = await unlessAborted(measure(), signal);
      result.repetitions.push({ ...figures, ...facts });
      say(`${name}: ${figures.seconds.toFixed(1)} s`);
    } catch (error) {
      if (!(error instanceof NotInstalled)) throw error;
      result.missing = error.message;
      say(`${name}: ${error.message}`);
    }
    await onMeasured(measurementNames.flatMap((known) => results.get(known) ?? []));
  };
  const queueOnly = ['raw-queue', 'no-op-runs'] as const;
  if (isWanted(...measurementNames.filter((name) => !queueOnly.some((other) => other === name)))) {
    await measureSystem(folder, options, { isWanted, record, say, signal });
  }
  if (isWanted(...queueOnly)) await measureQueues(folder, options, { isWanted, record, say, signal });
}

/** An interrupted measurement is left behind; what it started is stopped by whoever started it. */
async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface Recording {
  isWanted(...names: MeasurementName[]): boolean;
  record: Record;
  say(line: string): void;
  signal: AbortSignal;
}

async function measureSystem(folder: string, options: BenchOptions, { isWanted, record, say, signal }: Recording): Promise<void> {
  const system = await startSystem(join(folder, 'system'), options, say);
  try {
    const url = system.file.customerUrl;
    const dump = join(folder, 'dump.zst');
    const measureZstd = () => measureDumpToZstd(url, dump, system.serverPids());
    const { plaintextBytes = 0 } = await measureZstd();
    say(`its dump has ${Math.round(plaintextBytes / 1e6)} MB, ${Math.round((await stat(dump)).size / 1e6)} MB with zstd`);
    const scratchFolder = join(folder, 'scratch');
    await mkdir(scratchFolder, { recursive: true });
    const toolFolder = requirePostgresFolder(readMachineEnvironment());
    const fanOut = (regions: number) => measureFanOut({ url, regions, toolFolder, scratchFolder });

    for (let round = 0; round < options.repeat; round++) {
      if (isWanted('dump-to-nowhere'))
        await record('dump-to-nowhere', () => measureDumpToNowhere(url, plaintextBytes, system.serverPids()));
      if (isWanted('dump-to-zstd')) await record('dump-to-zstd', measureZstd);
      if (isWanted('plain-upload') && options.store === 's3')
        await record('plain-upload', () => measurePlainUpload(system, dump, plaintextBytes));
      if (isWanted('backup-1', 'verify', 'replicate', 'restore')) {
        const one = await unlessAborted(measureOneRegion(system), signal);
        await record('backup-1', async () => one.backup);
        await record('verify', async () => one.verify);
        if (isWanted('replicate')) await record('replicate', () => measureReplicate(system, one.point));
        if (isWanted('restore')) await record('restore', () => measureRestore(system, one.point));
      }
      if (isWanted('backup-3')) await record('backup-3', () => measureAllRegions(system));
      if (isWanted('fan-out-1')) await record('fan-out-1', () => fanOut(1));
      if (isWanted('fan-out-3')) await record('fan-out-3', () => fanOut(system.regions.all.length));
      if (isWanted('all-at-once')) await record('all-at-once', () => measureAllAtOnce(system));
      if (isWanted('restic')) await record('restic', () => measureRestic(url, folder, plaintextBytes, system.serverPids()));
      if (isWanted('pgbackrest'))
        await record('pgbackrest', () => measurePgBackRest(system.file.customerAdminUrl, folder, plaintextBytes, system.serverPids()));
    }
  } finally {
    await system.down();
  }
}

async function measureQueues(folder: string, { repeat, runs }: BenchOptions, { isWanted, record }: Recording): Promise<void> {
  const servers = await startNoOpServers(folder);
  try {
    for (let round = 0; round < repeat; round++) {
      if (isWanted('raw-queue')) await record('raw-queue', () => measureRawQueue(servers, runs));
      if (isWanted('no-op-runs')) await record('no-op-runs', () => measureNoOpRuns(servers, runs));
    }
  } finally {
    await servers.stop();
  }
}
