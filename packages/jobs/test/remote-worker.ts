import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { isCbcrError } from '@cbcr/domain';
import type { RuntimeTiming } from '../src/runtime-timing.ts';
import type { LedgerFake } from './ledger-fake.ts';
import { quickTiming, type Stage } from './stage.ts';
import type { FromWorker, ToWorker } from './worker-process-protocol.ts';

/** A worker in a process of its own, which can be killed and frozen like one. */
export interface RemoteWorker {
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Calls to the ledger that the worker made so far. */
  calls(): readonly FromWorker[];
  /** Closes it as on SIGTERM; the process must then end by itself. */
  close(deadlineMs: number): void;
  exitCode(): number | null;
  kill(): Promise<void>;
}

export function startRemoteWorker(stage: Stage, workerId: string, timing: Partial<RuntimeTiming> = {}): RemoteWorker {
  const child = fork(new URL('./worker-process.ts', import.meta.url), [], {
    execArgv: [],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const calls: FromWorker[] = [];
  child.on('message', (request: FromWorker) => {
    calls.push(request);
    void answer(child, stage.ledger, request);
  });
  send(child, { type: 'start', workerId, redisUrl: stage.redisUrl, namespace: stage.namespace, timing: { ...quickTiming, ...timing } });
  return {
    signal: (name) => child.kill(name),
    calls: () => calls,
    close: (deadlineMs) => send(child, { type: 'close', deadlineMs }),
    exitCode: () => child.exitCode,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function answer(child: ChildProcess, ledger: LedgerFake, { call, method, args }: FromWorker): Promise<void> {
  try {
    const target = Reflect.get(ledger, method);
    const value: unknown = await Reflect.apply(target, ledger, args);
    send(child, { type: 'answer', call, value });
  } catch (error) {
    const lost = isCbcrError(error, 'run.lost');
    send(child, { type: 'refusal', call, lost, message: error instanceof Error ? error.message : String(error) });
  }
}

function send(child: ChildProcess, message: ToWorker): void {
  // A killed child cannot be told any more, which is the point of killing it.
  if (child.connected) child.send(message, () => undefined);
}
