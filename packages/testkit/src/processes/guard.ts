import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GuardMessage } from './guard-main.ts';
import type { ProcessRecord } from './process-record.ts';

/** One guard per process, started at the first use: see guard-main.ts. */
let guard: ChildProcess | undefined;

function startGuard(): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./guard-main.ts', import.meta.url))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {},
  });
  child.unref();
  // Without unref the open pipe would keep a process alive that has nothing else to do.
  if (child.stdin !== null && 'unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  child.stdin?.on('error', () => {});
  child.on('error', () => {});
  return child;
}

function tell(message: GuardMessage): void {
  guard ??= startGuard();
  guard.stdin?.write(`${JSON.stringify(message)}\n`);
}

/** From now on the process group ends when this process does, even by SIGKILL. */
export const guardProcess = (record: ProcessRecord) => tell({ watch: record });
export const releaseProcess = (record: ProcessRecord) => tell({ forget: record.pid });

/** From now on the folder is removed when this process ends. */
export const guardFolder = (folder: string) => tell({ remove: folder });
export const releaseFolder = (folder: string) => tell({ keep: folder });
