/**
 * Jobs: the kinds of work as data, the producer's queues and the worker runtime. BullMQ and Redis are known here and nowhere else.
 *
 * A queue job is a wake-up call that names a run; the catalog, seen through `RunLedger`, is the truth. Redis may lose everything at any
 * moment. Must never put a decision or a secret into a job, write without the epoch, name a kind outside `kinds/`, or import a sibling.
 */
export { type BackoffRange, backoffMs } from './backoff.ts';
export type { HandlersOf, KindCatalogue, ParamsOf, ResultOf } from './handlers.ts';
export type { JobHandler, JobKind, RunContext, RunLog, RunsIn } from './job-kind.ts';
export { type JobKindName, type JobKinds, jobKinds } from './kinds/index.ts';
export { createQueues, type QueueCounts, type Queues, type QueuesOptions, type WakeUpCall, type WakeUpState } from './queues.ts';
export type { QueuedRequest, RequestIntake } from './request-intake.ts';
export type { RunEvent } from './run-event.ts';
export type { RunLedger } from './run-ledger.ts';
export { defaultRuntimeTiming, type RuntimeTiming } from './runtime-timing.ts';
export { createWorkerRuntime, type WorkerRuntime, type WorkerRuntimeOptions } from './worker-runtime.ts';
