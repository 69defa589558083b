import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '@cbcr/domain';
import type { Environment } from '@cbcr/testkit';
import { requirePostgresFolder } from '@cbcr/testkit';

export interface MachineFacts {
  cores: number;
  processor: string;
  memoryBytes: number;
  kernel: string;
  node: string;
  postgres: string;
  redis: string;
  zstd: string;
  disk: { freeBytes: number; filesystem: string; writeMegabytesPerSecond: number };
  loadAverage: number;
}

/** What a figure depends on besides the code. `folder` is where the measurements put their data. */
export async function readMachineFacts(folder: string, environment: Environment): Promise<MachineFacts> {
  const [processor] = cpus();
  const space = await statfs(folder);
  return {
    cores: cpus().length,
    processor: processor?.model ?? 'unknown',
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    postgres: await firstLineOf(join(requirePostgresFolder(environment), 'postgres'), '--version'),
    redis: await firstLineOf('redis-server', '--version'),
    zstd: await firstLineOf('zstd', '--version'),
    disk: {
      freeBytes: space.bavail * space.bsize,
      filesystem: filesystemOf(folder),
      writeMegabytesPerSecond: await measureDisk(join(folder, 'disk-speed')),
    },
    loadAverage: loadavg()[0] ?? 0,
  };
}

async function firstLineOf(program: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args);
    return stdout.trim().split('\n')[0] ?? '';
  } catch {
    return 'not installed';
  }
}

/** Sequential, flushed to the disk at the end. */
async function measureDisk(path: string): Promise<number> {
  const block = Buffer.alloc(4 << 20, 1);
  const megabytes = 256;
  const file = await open(path, 'w');
  try {
    const started = systemClock.monotonicMs();
    for (let written = 0; written < megabytes << 20; written += block.length) await file.write(block);
    await file.datasync();
    return Math.round((megabytes * 1.048576 * 1000) / (systemClock.monotonicMs() - started));
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

function filesystemOf(folder: string): string {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, point]) => point !== undefined && (folder === point || folder.startsWith(point === '/' ? '/' : `${point}/`)));
  const [device, point, type] = mounts.toSorted((a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0))[0] ?? [];
  return `${type} on ${device} at ${point}`;
}
