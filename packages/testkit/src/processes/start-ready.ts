import { CbcrError, type Clock, systemClock } from '@cbcr/domain';
import { findFreePort } from './free-port.ts';
import { logSize, readLogTail } from './log-tail.ts';
import { killProcess, type ProcessRecord } from './process-record.ts';
import { type Lifetime, type ProcessSpec, spawnProcess } from './spawn-process.ts';
import { waitUntil } from './wait-until.ts';

export interface ReadyOptions {
  lifetime: Lifetime;
  /** True once the program serves; must prove that it is this very program that answers, for example by its password. */
  isReady: () => Promise<boolean>;
  /** Called at once, before the program is ready, so that it can be found again if we are killed while it starts. */
  onSpawn?: ((record: ProcessRecord) => void) | undefined;
  /** A program that ended with such words is started again until the deadline: what it waits for will pass. */
  retryOn?: RegExp;
  deadlineMs?: number;
  clock?: Clock | undefined;
}

const portTaken = /EADDRINUSE|address already in use|Address already in use|could not bind/;
const attempts = 8;

/** Starts a program and resolves once it serves. Errors: stack.start-failed, naming the log, when it ends or the deadline passes. */
export async function startReady(spec: ProcessSpec, options: ReadyOptions): Promise<ProcessRecord> {
  const { deadlineMs = 60_000, retryOn, clock = systemClock } = options;
  const end = clock.monotonicMs() + deadlineMs;
  for (;;) {
    const attempt = await startOnce(spec, { ...options, clock, deadlineMs: end - clock.monotonicMs() });
    if ('record' in attempt) return attempt.record;
    const mayRetry = retryOn?.test(attempt.tail) === true && clock.monotonicMs() < end;
    if (!mayRetry) {
      const facts = { process: spec.name, cause: `${attempt.cause}${lastLine(attempt.tail)}`, log: spec.logFile };
      throw new CbcrError('stack.start-failed', facts, { cause: new Error(attempt.tail) });
    }
    await clock.sleep(50);
  }
}

async function startOnce(
  spec: ProcessSpec,
  { lifetime, isReady, onSpawn, clock, deadlineMs }: ReadyOptions & { clock: Clock; deadlineMs: number },
): Promise<{ record: ProcessRecord } | { cause: string; tail: string }> {
  const logStart = logSize(spec.logFile);
  const { record, exited } = await spawnProcess(spec, lifetime);
  onSpawn?.(record);
  const end: { how?: string } = {};
  void exited.then((how) => {
    end.how = how;
  });
  // Looked at after the answer as well: the answer may have been another program's on the same port.
  const state = await waitUntil(
    async () => {
      if (end.how !== undefined) return 'ended';
      return (await isReady().catch(() => false)) && end.how === undefined && 'ready';
    },
    { deadlineMs, clock },
  );
  if (state === 'ready') return { record };
  if (state !== 'ended') await killProcess(record, clock);
  const cause = state === 'ended' ? `it ended with ${end.how}` : `it did not become ready within ${Math.round(deadlineMs / 10) / 100} s`;
  return { cause, tail: readLogTail(spec.logFile, { fromByte: logStart, maxBytes: 8000 }) };
}

const lastLine = (tail: string) => {
  const line = tail.trim().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : ` (${line.slice(0, 300)})`;
};

/**
 * Starts a server on `port`, or on a free port when there is none; a chosen port that another program took in between is
 * chosen again. Resolves with what `start` gave.
 */
export async function startOnPort<Started>(port: number | undefined, start: (port: number) => Promise<Started>): Promise<Started> {
  if (port !== undefined) return await start(port);
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await findFreePort());
    } catch (error) {
      if (attempt === attempts || !isPortTaken(error)) throw error;
    }
  }
}

/** Starts a server again on the port that it had. Somebody who looks for a free port may hold it for a moment; after 20 s it counts as taken. */
export async function startAgain<Started>(start: () => Promise<Started>, clock: Clock = systemClock): Promise<Started> {
  const end = clock.monotonicMs() + 20_000;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!isPortTaken(error) || clock.monotonicMs() > end) throw error;
      await clock.sleep(50);
    }
  }
}

const isPortTaken = (error: unknown) =>
  error instanceof CbcrError && error.code === 'stack.start-failed' && error.cause instanceof Error && portTaken.test(error.cause.message);
