import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CbcrError, type Clock } from '@cbcr/domain';
import { readProcessIdentity } from '../processes/process-identity.ts';
import { waitUntil } from '../processes/wait-until.ts';

/** Two commands on one stack take turns. The lock of a process that has died is broken. */
export async function withStackLock<Result>(file: string, clock: Clock, work: () => Promise<Result>): Promise<Result> {
  mkdirSync(dirname(file), { recursive: true });
  const owner = `${process.pid} ${readProcessIdentity(process.pid) ?? ''}`;
  const taken = await waitUntil(() => tryLock(file, owner), { deadlineMs: 120_000, intervalMs: 50, clock });
  if (!taken) throw new CbcrError('stack.busy', { lock: file });
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string, owner: string): boolean {
  try {
    writeFileSync(file, owner, { flag: 'wx' });
    return true;
  } catch {
    breakStaleLock(file);
    return false;
  }
}

function breakStaleLock(file: string): void {
  let holder: string;
  try {
    holder = readFileSync(file, 'utf8');
  } catch {
    return; // released in between
  }
  const blank = holder.indexOf(' ');
  // An empty file is a lock whose owner has not written its name yet.
  if (holder !== '' && readProcessIdentity(Number(holder.slice(0, blank))) !== holder.slice(blank + 1)) rmSync(file, { force: true });
}
