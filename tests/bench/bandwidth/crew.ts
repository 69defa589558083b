import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface WorkerOrder {
  readonly endpoint: string;
  readonly redisUrl: string;
  readonly namespace: string;
  readonly worker: number;
  readonly bodyBytes: number;
}

export interface Crew {
  /** All of them begin at once. */
  start(): void;
  stop(): Promise<void>;
}

/** So many worker processes, ready to begin. */
export async function gatherCrew(count: number, order: Omit<WorkerOrder, 'worker'>): Promise<Crew> {
  const main = join(import.meta.dirname, 'bandwidth-worker.ts');
  const children = Array.from({ length: count }, () => fork(main, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  const ready = children.map((child, worker) => {
    child.send({ ...order, worker });
    return once(child, 'message');
  });
  await Promise.all(ready);
  return {
    start() {
      for (const child of children) child.send('start');
    },
    async stop() {
      await Promise.all(children.map((child) => end(child)));
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
