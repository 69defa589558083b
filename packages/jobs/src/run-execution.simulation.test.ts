import { CbcrError, isFinalRunState, type Run } from '@cbcr/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLedgerFake, type LedgerFake } from '../test/ledger-fake.ts';
import { createManualClock, type ManualClock } from '../test/manual-clock.ts';
import { sampleKinds, sampleRegion, sampleRun } from '../test/sample-runs.ts';
import { silentLog as silent } from '../test/silent-log.ts';
import { createSimulatedQueue, type SimulatedQueue } from '../test/simulated-queue.ts';
import { bindHandlers } from './handlers.ts';
import { endJob } from './job-ending.ts';
import type { JobHandler } from './job-kind.ts';
import { executeWakeUp } from './run-execution.ts';
import type { RunLedger } from './run-ledger.ts';
import { createRunningRuns } from './running-runs.ts';
import { defaultRuntimeTiming } from './runtime-timing.ts';

const pieces = 30;
const stepMs = 1_000;
// Shorter than in production, so that a schedule of a minute holds several takeovers.
const timing = { ...defaultRuntimeTiming, lockDurationMs: 4_000 };

type Fault =
  | { readonly type: 'freeze' | 'thaw'; readonly worker: number }
  | { readonly type: 'catalog-away' | 'catalog-back' | 'redis-forgets' | 'cancel' | 'nothing' };
type Mishap = 'none' | 'outage' | 'defect' | 'refusal';

/** A worker that can freeze: nothing that it does reaches the ledger or the queue until it thaws. */
function createWorker(name: string, ledger: LedgerFake, clock: ManualClock, mishaps: Mishap[]) {
  let thawed = Promise.withResolvers<void>();
  thawed.resolve();
  let frozen = false;
  const reach = async <T>(call: () => Promise<T>): Promise<T> => {
    await thawed.promise;
    return call();
  };
  const reached: RunLedger = {
    open: (...args) => reach(() => ledger.open(...args)),
    heartbeat: (...args) => reach(() => ledger.heartbeat(...args)),
    succeed: (...args) => reach(() => ledger.succeed(...args)),
    fail: (...args) => reach(() => ledger.fail(...args)),
    cancel: (...args) => reach(() => ledger.cancel(...args)),
    wait: (...args) => reach(() => ledger.wait(...args)),
    retry: (...args) => reach(() => ledger.retry(...args)),
    release: (...args) => reach(() => ledger.release(...args)),
  };
  const copy: JobHandler<{ size: number }, { done: number }> = async ({ run, params, epoch, signal, progress }) => {
    for (let done = 0; done < params.size; done++) {
      await clock.sleep(700, { signal });
      throwMishap(mishaps.shift() ?? 'none');
      await reach(() => ledger.commit(run.id, epoch));
      progress({ phase: 'copying', doneBytes: done, totalBytes: params.size });
    }
    return { done: params.size };
  };
  const running = createRunningRuns();
  const setting = {
    region: sampleRegion,
    workerId: name,
    ledger: reached,
    clock,
    machineClock: clock,
    random: () => 0.5,
    log: silent,
    logFor: () => silent,
    onRunEvent: () => undefined,
    timing,
    running,
  };
  const [bound] = bindHandlers(sampleKinds, { copying: copy });
  let token: string | null = null;
  return {
    freeze() {
      if (frozen) return;
      frozen = true;
      thawed = Promise.withResolvers();
    },
    thaw() {
      frozen = false;
      thawed.resolve();
    },
    /** Fetches when its hands are free, and renews its lock; as BullMQ does, from its own timers. */
    turn(queue: SimulatedQueue, run: Run) {
      if (frozen || !bound) return;
      if (token !== null) {
        if (!queue.renew(token)) running.findByJob(run.id)?.abort.abort(new CbcrError('run.lost', { run: run.id }));
        return;
      }
      const taken = queue.take(name);
      if (!taken) return;
      token = taken.token;
      const { job } = taken;
      const held = { ...job, moveToDelayed: (dueMs: number, own: string) => reach(() => job.moveToDelayed(dueMs, own)) };
      executeWakeUp(bound, held, undefined, setting)
        .then((ending) => endJob(ending, held, taken.token, clock, silent))
        .then(
          () => queue.finish(taken.token, undefined),
          (thrown) => queue.finish(taken.token, thrown),
        )
        .finally(() => {
          token = null;
        });
    },
  };
}

function throwMishap(mishap: Mishap): void {
  if (mishap === 'outage') throw new CbcrError('store.unreachable', { region: sampleRegion, cause: 'simulated' });
  if (mishap === 'defect') throw new TypeError('simulated');
  if (mishap === 'refusal') throw new CbcrError('store.denied', { region: sampleRegion, operation: 'put', cause: 'the key is unknown' });
}

const workerIndex = fc.nat({ max: 2 });
const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ type: fc.constantFrom('freeze' as const, 'thaw' as const), worker: workerIndex }) },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constantFrom('catalog-away' as const, 'catalog-back' as const, 'redis-forgets' as const) }),
  },
  { weight: 40, arbitrary: fc.constant({ type: 'nothing' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'cancel' as const }) },
);
const mishap = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Mishap>('none') },
  { weight: 4, arbitrary: fc.constant<Mishap>('outage') },
  { weight: 1, arbitrary: fc.constantFrom<Mishap>('defect', 'refusal') },
);

async function simulate(schedule: readonly Fault[], planned: readonly Mishap[]) {
  const clock = createManualClock();
  const ledger = createLedgerFake(clock);
  const run = sampleRun({ params: { size: pieces } });
  ledger.add(run);
  const queue = createSimulatedQueue(run.id, clock, timing.lockDurationMs);
  const mishaps = [...planned];
  const workers = ['a', 'b', 'c'].map((name) => createWorker(name, ledger, clock, mishaps));
  const step = async () => {
    queue.rescue();
    if (!isFinalRunState(ledger.get(run.id).state)) queue.add();
    for (const worker of workers) worker.turn(queue, run);
    await clock.advance(stepMs);
  };
  for (const event of schedule) {
    if (event.type === 'freeze') workers[event.worker]?.freeze();
    else if (event.type === 'thaw') workers[event.worker]?.thaw();
    else if (event.type === 'catalog-away' || event.type === 'catalog-back') ledger.setAway(event.type === 'catalog-away');
    else if (event.type === 'redis-forgets') queue.forget();
    else if (event.type === 'cancel') ledger.requestCancel(run.id);
    await step();
  }
  ledger.setAway(false);
  for (const worker of workers) worker.thaw();
  for (let steps = 0; steps < 1_000 && !(isFinalRunState(ledger.get(run.id).state) && queue.state() === 'gone'); steps++) await step();
  return { run: ledger.get(run.id), entries: ledger.entries(run.id), queue: queue.state() };
}

test('whatever freezes, goes away or is forgotten: a run ends exactly once, and no older epoch ever writes after a newer one', async () => {
  let takeovers = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 10, maxLength: 80 }), fc.array(mishap, { maxLength: 60 }), async (schedule, mishaps) => {
      const { run, entries, queue } = await simulate(schedule, mishaps);
      const taken = entries.filter((entry) => entry.taken);
      if (entries.length > taken.length) takeovers++;

      expect(isFinalRunState(run.state)).toBe(true);
      expect(queue).toBe('gone');
      expect(taken.filter((entry) => ['succeed', 'fail', 'cancel'].includes(entry.what))).toHaveLength(1);
      const epochs = taken.map((entry) => entry.epoch);
      expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
      if (run.state === 'succeeded') {
        expect(taken.filter((entry) => entry.what === 'commit' && entry.epoch === run.epoch)).toHaveLength(pieces);
      }
      if (run.state === 'cancelled') expect(run.cancelRequested).toBe(true);
      if (run.state === 'failed' && !mishaps.includes('refusal')) {
        const deaths = run.error?.code === 'run.no-progress';
        expect(deaths || mishaps.filter((one) => one === 'defect').length >= sampleKinds.copying.maxAttempts).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
  // The schedule must have bitten: some write of a lost attempt was refused.
  expect(takeovers).toBeGreaterThan(0);
}, 60_000);
