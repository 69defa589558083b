import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Region } from '@cbcr/domain';
// biome-ignore lint/plugin/test-kit: the fixture of tests
import { type Environment, waitUntil } from '@cbcr/testkit';
import type { WorkerStage } from './stage.ts';

type LogLine = { level: string; msg: string } & Record<string, unknown>;

/** `apps/worker/src/main.ts`, or another program, in a process of its own. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** What it has logged. A line that is not JSON is `{ level: 'not JSON', msg }`. */
  readonly lines: readonly LogLine[];
  /** The first line with this message; fails when the process ends first or nothing comes in time. */
  says(message: string, deadlineMs?: number): Promise<LogLine>;
  hasSaid(message: string): boolean;
  /** Sends the signal and gives the exit code, or null for a process that died by a signal. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  exited: Promise<number | null>;
  hasEnded(): boolean;
  /** By which signal it died; null while it lives and when it exited. */
  signal(): NodeJS.Signals | null;
}

export function startWorker(
  stage: Pick<WorkerStage, 'environment'>,
  region: Pick<Region, 'id'>,
  machine: Environment,
  own: Environment = {},
  program: readonly string[] = [fileURLToPath(new URL('../src/main.ts', import.meta.url))],
): WorkerProcess {
  const env = { ...machine, ...stage.environment, CBCR_REGION: region.id, ...own };
  const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: LogLine[] = [];
  for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', (line) => void lines.push(parseLine(line)));
  let ended = false;
  const exited = once(child, 'close').then(([code]): number | null => {
    ended = true;
    return typeof code === 'number' ? code : null;
  });
  const find = (message: string) => lines.find(({ msg }) => msg.includes(message));
  return {
    pid: child.pid,
    lines,
    exited,
    hasEnded: () => ended,
    signal: () => child.signalCode,
    hasSaid: (message) => find(message) !== undefined,
    async says(message, deadlineMs = 90_000) {
      await waitUntil(() => find(message) !== undefined || ended, { deadlineMs });
      const line = find(message);
      if (line === undefined) throw new Error(`"${message}" was not logged:\n${lines.map((each) => JSON.stringify(each)).join('\n')}`);
      return line;
    },
    async end(signal) {
      if (!ended) child.kill(signal);
      return exited;
    },
  };
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: 'not JSON', msg: line };
  }
}
