import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Link } from '../src/index.ts';
import type { Movement } from './movements.ts';
import type { FromWorker, ToWorker } from './worker-process-protocol.ts';

export interface CrewOptions {
  readonly redisUrl: string;
  readonly namespace: string;
  readonly workers: number;
  readonly linkOf: (worker: number) => Link;
}

/** Real processes that all move as much as they may. */
export interface WorkerCrew {
  /** All that was moved so far, as it was reported: every 100 ms. */
  readonly movements: readonly Movement[];
  /** kill -9. */
  kill(worker: number): void;
  stop(): Promise<void>;
}

export async function startWorkerCrew({ redisUrl, namespace, workers, linkOf }: CrewOptions): Promise<WorkerCrew> {
  const movements: Movement[] = [];
  const main = fileURLToPath(new URL('worker-process.ts', import.meta.url));
  const children = Array.from({ length: workers }, () => fork(main, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  await Promise.all(children.map((child) => once(child, 'message')));
  for (const [worker, child] of children.entries()) {
    child.on('message', (message: FromWorker) => {
      if (message.type !== 'moved') return;
      for (const [atMs, bytes] of message.moved) movements.push({ worker, atMs, bytes });
    });
    send(child, { type: 'start', redisUrl, namespace, workerId: `worker-${worker}`, link: linkOf(worker) });
  }
  return {
    movements,
    kill: (worker) => void children[worker]?.kill('SIGKILL'),
    async stop() {
      const running = children.filter((child) => child.exitCode === null && child.signalCode === null);
      const gone = running.map((child) => once(child, 'exit'));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(gone);
    },
  };
}

const send = (child: ChildProcess, message: ToWorker) => child.send(message);
