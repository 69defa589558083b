import type { RunRecord } from '@cbcr/catalog';
import { type CbcrError, type InstanceId, type RecoveryPointId, type RegionId, toCbcrError } from '@cbcr/domain';
import { type JobKindName, type JobKinds, jobKinds, type ParamsOf, type ResultOf, type RunContext, type RunLog } from '@cbcr/jobs';
import { createHandlers, type OperationDependencies } from '../src/index.ts';
import { alpha, type Stage } from './stage.ts';

/** How a start of a run ended, after its end was recorded in the catalog. */
export type Performed<Kind extends JobKindName> =
  | { state: 'succeeded'; run: RunRecord; result: ResultOf<JobKinds[Kind]> }
  | { state: 'failed' | 'waiting' | 'cancelled' | 'lost'; run: RunRecord; error: CbcrError };

export interface StartOptions {
  dependencies?: OperationDependencies;
  signal?: AbortSignal;
  progress?: RunContext<unknown>['progress'];
  /** When the worker was known to hold the run; by default it is known all the time. */
  heldAtMs?(): number;
  /** The process dies: nobody records how the run ended. */
  dies?: boolean;
}

/** A run in the catalog and its wake-up call in the outbox; nobody works on it yet. */
export async function createRun<Kind extends JobKindName>(
  stage: Stage,
  kind: Kind,
  { instance, params, point, region = alpha }: { instance: InstanceId; params: object; point?: RecoveryPointId; region?: RegionId },
): Promise<RunRecord> {
  const wanted = { kind, region, instance, params: jobKinds[kind].params.parse(params), requestedBy: 'test', point };
  return (await stage.catalog.runs.create(wanted)).run;
}

/** Opens the run under a new epoch, performs it, and records its end by the treatment of its error, as the worker runtime does. */
export async function startRun<Kind extends JobKindName>(
  stage: Stage,
  kind: Kind,
  run: Pick<RunRecord, 'id'>,
  {
    dependencies = stage.dependencies(),
    signal = new AbortController().signal,
    progress = () => undefined,
    heldAtMs = dependencies.clock.monotonicMs,
    dies = false,
  }: StartOptions = {},
): Promise<Performed<Kind>> {
  const { ledger } = stage.catalog;
  const opened = await ledger.open(run.id, 'worker of the test');
  if (opened === null) throw new Error(`the run ${run.id} has ended`);
  const params = jobKinds[kind].params.parse(opened.params) as ParamsOf<JobKinds[Kind]>;
  const context = { run: opened, params, region: opened.region, epoch: opened.epoch, signal, heldAtMs, progress, log: recordingLog(stage) };
  // The kind's own schema typed the parameters; only the union of all handlers forgets it.
  const handler = createHandlers(dependencies)[kind] as (given: typeof context) => Promise<ResultOf<JobKinds[Kind]>>;
  try {
    const result = jobKinds[kind].result.parse(await handler(context)) as ResultOf<JobKinds[Kind]>;
    if (!dies) await ledger.succeed(opened.id, opened.epoch, result);
    return { state: 'succeeded', run: await stage.catalog.runs.get(run.id), result };
  } catch (thrown) {
    const error = signal.aborted ? toCbcrError(signal.reason) : toCbcrError(thrown);
    const state = dies ? 'lost' : await record(stage, opened, error);
    return { state, run: await stage.catalog.runs.get(run.id), error };
  }
}

/** Creates a run and starts it. */
export async function perform<Kind extends JobKindName>(
  stage: Stage,
  kind: Kind,
  wanted: Parameters<typeof createRun>[2],
  options: StartOptions = {},
): Promise<Performed<Kind>> {
  return startRun(stage, kind, await createRun(stage, kind, wanted), options);
}

/** As {@link perform}, for a run that has to succeed. */
export async function succeed<Kind extends JobKindName>(
  stage: Stage,
  kind: Kind,
  wanted: Parameters<typeof createRun>[2],
  options: StartOptions = {},
): Promise<ResultOf<JobKinds[Kind]>> {
  const performed = await perform(stage, kind, wanted, options);
  if (performed.state !== 'succeeded') throw performed.error;
  return performed.result;
}

async function record(
  stage: Stage,
  { id, epoch }: RunRecord,
  error: CbcrError,
): Promise<Exclude<Performed<'backup'>['state'], 'succeeded'>> {
  const { ledger } = stage.catalog;
  const report = error.toReport();
  switch (error.treatment) {
    case 'never':
      await ledger.fail(id, epoch, report);
      return 'failed';
    case 'attempt':
      await ledger.retry(id, epoch, report, stage.clock.now());
      return 'failed';
    case 'outage':
      await ledger.wait(id, epoch, report, stage.clock.now());
      return 'waiting';
    case 'cancel':
      await ledger.cancel(id, epoch, report);
      return 'cancelled';
    case 'lost':
      return 'lost';
  }
}

function recordingLog({ lines }: Stage): RunLog {
  const at = (level: string) => (facts: object, message: string) => void lines.push({ level, message, facts });
  const log: RunLog = { info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return log;
}
