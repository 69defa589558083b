import { fileURLToPath } from 'node:url';
// biome-ignore lint/plugin/test-kit: the fixture of tests
import { type Environment, waitUntil } from '@cbcr/testkit';
import { startWorker, type WorkerProcess } from '../worker-process.ts';
import type { CrashStage, Lane } from './crash-stage.ts';
import { createFailpoints, type Failpoint } from './failpoints.ts';

const program = fileURLToPath(new URL('../fixtures/mortal-worker.ts', import.meta.url));
const ready = 'the worker takes jobs';

/** Two worker processes of a lane. One that dies is followed by a new one. */
export class Crew {
  readonly failpoints;
  readonly #start: () => WorkerProcess;
  readonly #workers: WorkerProcess[];

  constructor(stage: CrashStage, lane: Lane, machine: Environment) {
    const region = stage.regions[lane];
    this.failpoints = createFailpoints(stage.folder, region.id);
    this.#start = () => startWorker(stage, region, machine, {}, [program, stage.folder]);
    this.#workers = [this.#start(), this.#start()];
  }

  async ready(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.says(ready, 120_000)));
  }

  /** Arms the failpoint and gives a way to wait until a worker has died of it. Fails when `isOver` says that nobody will come there. */
  arm(id: string, name: Failpoint, time: number): (isOver: () => Promise<boolean>) => Promise<void> {
    const { failpoints } = this;
    failpoints.arm({ id, name, time });
    return async (isOver) => {
      const isHit = () => failpoints.lastHit() === id;
      const seen = await waitUntil(async () => isHit() || ((await isOver()) && !isHit()), { deadlineMs: 240_000, intervalMs: 50 });
      if (!seen || !isHit()) throw new Error(`no worker came to the failpoint "${name}" for time ${time}`);
      await this.#bury();
    };
  }

  /** Waits for the death of a worker and starts another in its place. One that ended in any other way is told of. */
  async #bury(): Promise<void> {
    await Promise.race(this.#workers.map(({ exited }) => exited));
    const ended = this.#workers.filter((worker) => worker.hasEnded());
    for (const worker of ended) this.#workers[this.#workers.indexOf(worker)] = this.#start();
    const strange = ended.filter((worker) => worker.signal() !== 'SIGKILL');
    if (strange.length > 0) throw new Error(`a worker ended by itself:\n${strange.map(tailOf).join('\n')}`);
  }

  /** The last lines of every worker, for the message of a failure. */
  tail(): string {
    return this.#workers.map(tailOf).join('\n');
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end('SIGKILL')));
  }
}

const tailOf = ({ pid, lines }: WorkerProcess): string =>
  lines
    .slice(-12)
    .map((line) => `${pid}: ${JSON.stringify(line)}`)
    .join('\n');
