import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { CbcrError } from '@cbcr/domain';
import { guardProcess, releaseProcess } from './guard.ts';
import { readProcessIdentity } from './process-identity.ts';
import type { ProcessRecord } from './process-record.ts';

/** `guarded`: ends with the process that started it, even by SIGKILL. `detached`: survives it. */
export type Lifetime = 'guarded' | 'detached';

export interface ProcessSpec {
  name: string;
  command: string;
  /** Must hold no secret: every user of the machine can read command lines. */
  args: readonly string[];
  env: Record<string, string>;
  cwd?: string;
  /** Both output streams are appended. */
  logFile: string;
  /** Runs as another user; only root can. */
  user?: { uid: number; gid: number };
  stopSignal?: ProcessRecord['stopSignal'];
}

export interface StartedProcess {
  record: ProcessRecord;
  /** Resolves with a sentence such as "exit code 1". Only within the process that started it. */
  exited: Promise<string>;
}

/** Starts a program in its own process group. Errors: stack.start-failed when it cannot even be started. */
export async function spawnProcess(spec: ProcessSpec, lifetime: Lifetime): Promise<StartedProcess> {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = openSync(spec.logFile, 'a', 0o600);
  try {
    const child = spawn(spec.command, spec.args, {
      stdio: ['ignore', log, log],
      detached: true,
      env: spec.env,
      ...(spec.cwd !== undefined && { cwd: spec.cwd }),
      ...spec.user,
    });
    const exited = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) =>
        reject(new CbcrError('stack.start-failed', { process: spec.name, cause: cause.message, log: spec.logFile }, { cause })),
      );
    });
    child.unref();
    const pid = child.pid ?? 0;
    // A program that has already ended has no identity; the empty text equals no other process's.
    const identity = readProcessIdentity(pid) ?? '';
    const record: ProcessRecord = { name: spec.name, pid, identity, logFile: spec.logFile, stopSignal: spec.stopSignal ?? 'SIGTERM' };
    if (lifetime === 'guarded') {
      guardProcess(record);
      void exited.then(() => releaseProcess(record));
    }
    return { record, exited };
  } finally {
    closeSync(log);
  }
}
