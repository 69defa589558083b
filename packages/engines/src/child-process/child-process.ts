import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '@cbcr/domain';
import { redactSecrets } from '../redact-secrets.ts';
import { createBoundedTail } from './bounded-tail.ts';
import { forgetGroup, rememberGroup, signalGroup } from './process-groups.ts';

const stderrTailBytes = 16 * 1024;
const patienceMs = 1000;

export interface Command {
  /** Absolute path of the program. */
  program: string;
  /** Visible to everyone on the machine: never a secret. */
  args: readonly string[];
  /** The whole environment of the child; nothing is inherited. */
  environment: Readonly<Record<string, string>>;
}

export interface ChildSettings {
  /** Aborting ends the whole process group: SIGTERM, and SIGKILL one second later. */
  signal: AbortSignal;
  clock: Clock;
  /** Texts that are replaced in what the child says on stderr. */
  secrets: readonly string[];
}

export interface Child {
  /** Its `end` promises nothing: a killed child's pipe ends as well. Read it through `readFromChild`. */
  stdout: Readable;
  stdin: Writable;
  /** Resolves after exit code 0 and the end of all pipes. Rejects with a `ChildFailure`, or with the signal's reason after an abort. */
  completed: Promise<void>;
  /** Ends the process group; resolves when it has gone. Safe to call at any time and more than once. */
  stop(): Promise<void>;
}

/** A child that did not run to a good end. `stderrTail` holds no secret. */
export class ChildFailure extends Error {
  override readonly name = 'ChildFailure';
  readonly tool: string;
  readonly outcome: string;
  readonly stderrTail: string;
  readonly spawnCode: string | null;

  constructor(tool: string, outcome: string, stderrTail: string, spawnCode: string | null = null) {
    super(`${tool} ${outcome}`);
    this.tool = tool;
    this.outcome = outcome;
    this.stderrTail = stderrTail;
    this.spawnCode = spawnCode;
  }
}

export function startChild(command: Command, settings: ChildSettings): Child {
  const { signal, clock } = settings;
  signal.throwIfAborted();
  const tool = basename(command.program);
  const child = spawn(command.program, command.args, { env: { ...command.environment }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const { pid, stdin, stdout, stderr } = child;
  if (pid !== undefined) rememberGroup(pid);

  const tail = createBoundedTail(stderrTailBytes);
  stderr.on('data', (chunk: Buffer) => tail.write(chunk));
  // A child that ends early breaks the pipe; its exit tells the reason.
  stdin.on('error', () => undefined);

  const gone = whenGone(child);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= endGroup(child, gone, clock).then(() => {
      for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
    });
    return stopped;
  };

  const onAbort = () => void stop();
  signal.addEventListener('abort', onAbort, { once: true });
  const failure = (outcome: string, spawnCode?: string) =>
    new ChildFailure(tool, outcome, redactSecrets(tail.text(), settings.secrets), spawnCode);
  const completed = new Promise<void>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (pid === undefined) reject(failure(`could not be started (${error.code ?? 'unknown'})`, error.code));
    });
    child.once('close', (code, exitSignal) => {
      if (signal.aborted) reject(signal.reason);
      else if (stopped) reject(failure('was stopped'));
      else if (code === 0) resolve();
      else reject(failure(code === null ? `was killed by ${exitSignal}` : `failed with exit code ${code}`));
    });
  }).finally(() => signal.removeEventListener('abort', onAbort));
  // Whoever reads or feeds the child hears of a failure there; nobody is obliged to wait here as well.
  completed.catch(() => undefined);
  return { stdin, stdout, completed, stop };
}

async function whenGone(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // What the leader started must not outlive it.
  signalGroup(pid, 'SIGKILL');
  forgetGroup(pid);
}

async function endGroup(child: ChildProcess, gone: Promise<void>, clock: Clock): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return gone;
  signalGroup(pid, 'SIGTERM');
  const patience = new AbortController();
  const killLater = clock.sleep(patienceMs, { signal: patience.signal }).then(
    () => signalGroup(pid, 'SIGKILL'),
    () => undefined,
  );
  await gone;
  patience.abort();
  await killLater;
}

/** Waits until `stream` takes more, or will never take anything again. */
export async function whenWritable(stream: Writable): Promise<void> {
  if (stream.destroyed || !stream.writableNeedDrain) return;
  const settled = new AbortController();
  const drained = once(stream, 'drain', settled).catch(() => undefined);
  const closed = once(stream, 'close', settled).catch(() => undefined);
  await Promise.race([drained, closed]);
  settled.abort();
}
