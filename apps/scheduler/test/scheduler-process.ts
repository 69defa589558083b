import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
// biome-ignore lint/plugin/test-kit: the fixture of tests
import { type Environment, waitUntil } from '@cbcr/testkit';
import type { SchedulerStage } from './stage.ts';

type LogLine = { level: string; msg: string } & Record<string, unknown>;

/** `apps/scheduler/src/main.ts` in a process of its own. */
export interface SchedulerProcess {
  /** What it has logged. A line that is not JSON is `{ level: 'not JSON', msg }`. */
  readonly lines: readonly LogLine[];
  /** The first line with this message; fails when the process ends first or nothing comes in time. */
  says(message: string, deadlineMs?: number): Promise<LogLine>;
  hasSaid(message: string): boolean;
  /** Sends the signal and gives the exit code, or null for a process that died by a signal. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** The exit code of a process that ends by itself. */
  exited: Promise<number | null>;
}

export function startScheduler(stage: SchedulerStage, redisUrl: string, own: Environment, machine: Environment): SchedulerProcess {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: {
      ...machine,
      CBCR_DATABASE_URL: stage.database.url,
      CBCR_REDIS_URL: redisUrl,
      CBCR_TOKEN: stage.token,
      CBCR_SEAL_KEY: stage.sealKey.toString('base64'),
      CBCR_CONFIG: stage.configFile,
      CBCR_PORT: '0',
      ...own,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: LogLine[] = [];
  for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', (line) => void lines.push(parseLine(line)));
  let ended = false;
  const exited = once(child, 'close').then(([code]): number | null => {
    ended = true;
    return typeof code === 'number' ? code : null;
  });
  const find = (message: string) => lines.find(({ msg }) => msg.includes(message));
  return {
    lines,
    exited,
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
