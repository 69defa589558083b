/** The main of a real worker process for tests of takeover and cancel: its ledger is the test's, asked over the channel to the parent. */
import { randomInt } from 'node:crypto';
// biome-ignore lint/plugin/system-clock: a main, like that of an app, chooses the clock.
import { CbcrError, type RunId, runIdSchema, systemClock } from '@cbcr/domain';
import type { RunContext } from '../src/job-kind.ts';
import type { RunLedger } from '../src/run-ledger.ts';
import { createWorkerRuntime, type WorkerRuntime } from '../src/worker-runtime.ts';
import { sampleKinds, sampleRegion } from './sample-runs.ts';
import { silentLog as silent } from './silent-log.ts';
import type { FromWorker, ToWorker } from './worker-process-protocol.ts';

const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let calls = 0;

function ask(method: string, ...args: unknown[]): Promise<unknown> {
  const call = ++calls;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  pending.set(call, { resolve, reject });
  const request: FromWorker = { call, method, args };
  process.send?.(request);
  return promise;
}

// The parent's fake gives what the ledger promises; only the channel forgets the types.
const ledger: RunLedger & { commit(run: RunId, epoch: number): Promise<void> } = {
  open: (...args) => ask('open', ...args) as ReturnType<RunLedger['open']>,
  heartbeat: (...args) => ask('heartbeat', ...args) as ReturnType<RunLedger['heartbeat']>,
  retry: (...args) => ask('retry', ...args) as ReturnType<RunLedger['retry']>,
  succeed: async (...args) => void (await ask('succeed', ...args)),
  fail: async (...args) => void (await ask('fail', ...args)),
  cancel: async (...args) => void (await ask('cancel', ...args)),
  wait: async (...args) => void (await ask('wait', ...args)),
  release: async (...args) => void (await ask('release', ...args)),
  commit: async (...args) => void (await ask('commit', ...args)),
};

/** Moves `size` pieces, each committed under the epoch. */
async function copy({ run, params, epoch, signal, progress }: RunContext<{ size: number }>): Promise<{ done: number }> {
  for (let done = 0; done < params.size; done++) {
    await systemClock.sleep(30, { signal });
    await ledger.commit(run.id, epoch);
    progress({ phase: 'copying', doneBytes: done, totalBytes: params.size });
  }
  return { done: params.size };
}

let runtime: WorkerRuntime | undefined;

process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'start':
      runtime = createWorkerRuntime({
        ...message,
        region: sampleRegion,
        kinds: sampleKinds,
        handlers: { copying: copy },
        ledger,
        clock: systemClock,
        random: () => randomInt(2 ** 32) / 2 ** 32,
        log: silent,
        logFor: () => silent,
      });
      break;
    case 'close':
      // Without the channel to the parent nothing but the runtime itself could keep the process alive.
      void runtime?.close(message).then(() => process.disconnect());
      break;
    case 'answer':
      pending.get(message.call)?.resolve(message.value);
      break;
    case 'refusal':
      pending.get(message.call)?.reject(refusalOf(message));
  }
});

function refusalOf({ lost, message }: Extract<ToWorker, { type: 'refusal' }>): CbcrError {
  return lost
    ? new CbcrError('run.lost', { run: runIdSchema.safeParse(message).data ?? 'of this worker' })
    : new CbcrError('catalog.unreachable', { cause: message });
}
