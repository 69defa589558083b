/**
 * Jobs: the kinds of work as data, the control plane's queues and the worker runtime. BullMQ is known here, and to the producer for other
 * services in `@cbcr/client/queue`; the form of a job stands in the domain, which both share.
 *
 * A queue job is a wake-up call that names a run, or a request that becomes one (`RequestIntake` decides). The catalog, seen through
 * `RunLedger`, is the truth; Redis may lose everything at any moment. Must never put a decision or a secret into a job, write without the
 * epoch, name a kind outside `kinds/`, or import a sibling.
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
