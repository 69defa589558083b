import { CbcrError } from '@cbcr/domain';
import { beforeEach, expect, test } from 'vitest';
import { createLedgerFake, type LedgerFake } from '../test/ledger-fake.ts';
import { createManualClock, type ManualClock, settle } from '../test/manual-clock.ts';
import { sampleRegion, sampleRun } from '../test/sample-runs.ts';
import { recordingLog } from '../test/stage.ts';
import { type Recorded, recordOutcome } from './record-outcome.ts';
import type { RunOutcome } from './run-outcome.ts';
import { defaultRuntimeTiming } from './runtime-timing.ts';

const down = new CbcrError('store.unreachable', { region: sampleRegion, cause: 'down' });
const succeeded: RunOutcome = { type: 'succeeded', result: { done: 1 } };
let clock: ManualClock;
let ledger: LedgerFake;
let giveUp: AbortController;
const run = { ...sampleRun(), state: 'running' as const, epoch: 1 };
beforeEach(() => {
  clock = createManualClock();
  ledger = createLedgerFake(clock);
  ledger.add(run);
  giveUp = new AbortController();
});
function record(outcome: RunOutcome, epoch = 1): () => Recorded | undefined {
  let recorded: Recorded | undefined;
  const log = recordingLog([]);
  const options = { ledger, run: { id: run.id, epoch }, clock, random: () => 0, log, timing: defaultRuntimeTiming, giveUp: giveUp.signal };
  void recordOutcome(outcome, options).then((value) => {
    recorded = value;
  });
  return () => recorded;
}

test.each([
  [succeeded, 'succeeded', { type: 'done' }],
  [{ type: 'failed', error: down }, 'failed', { type: 'refused', message: down.message }],
  [{ type: 'cancelled', error: down }, 'cancelled', { type: 'done' }],
  [{ type: 'waiting', error: down, notBefore: new Date(5_000) }, 'waiting', { type: 'again', pauseMs: 5_000 }],
  [{ type: 'retried', error: down, notBefore: new Date(7_000) }, 'waiting', { type: 'again', pauseMs: 7_000 }],
  [{ type: 'handed-back', error: down }, 'queued', { type: 'again', pauseMs: 0 }],
  [{ type: 'lost', error: down }, 'running', { type: 'again', pauseMs: 2_000 }],
] as const)('%j leaves the run %s and the job %j', async (outcome, state, ending) => {
  const recorded = record(outcome);
  await settle();
  expect(recorded()).toEqual({ outcome, ending });
  expect(ledger.get(run.id).state).toBe(state);
});

test('a lost run is not written at all', async () => {
  record({ type: 'lost', error: down });
  await settle();
  expect(ledger.entries(run.id)).toEqual([]);
});

test('an outcome under an older epoch is refused, and the run is lost', async () => {
  ledger.add({ ...run, epoch: 2 });
  const recorded = record(succeeded, 1);
  await settle();
  expect(recorded()?.outcome.type).toBe('lost');
  expect(ledger.get(run.id).state).toBe('running');
});

test('finished work waits for a catalog that is away for a moment', async () => {
  ledger.setAway(true);
  const recorded = record(succeeded);
  await clock.advance(20_000);
  expect(recorded()).toBeUndefined();
  ledger.setAway(false);
  await clock.advance(5_000);
  expect(recorded()?.outcome.type).toBe('succeeded');
});

test('after as long as the lock would last the run is left to be opened again', async () => {
  ledger.setAway(true);
  const recorded = record(succeeded);
  await clock.advance(30_000);
  expect(recorded()).toMatchObject({ outcome: { type: 'waiting', error: { code: 'catalog.unreachable' } }, ending: { type: 'again' } });
});

test('a worker that must go does not wait for the catalog', async () => {
  ledger.setAway(true);
  const recorded = record(succeeded);
  await clock.advance(1_000);
  giveUp.abort();
  await settle();
  expect(recorded()?.outcome.type).toBe('waiting');
});
