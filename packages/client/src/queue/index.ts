/**
 * For services that ask for runs through a region's queue in Redis, also while the scheduler is away. A worker of the region turns the request
 * into a run, once per request id, and refuses what policy forbids. To follow or cancel the run, use the client of the package's root.
 *
 * Must never put a secret into a queue or decide whether a request is allowed. Needs `bullmq` and `ioredis` beside this package.
 */

export { QueueError, RequestRefusedError } from './queue-error.ts';
export { createQueueProducer, type QueueProducer, type QueueProducerOptions } from './queue-producer.ts';
export type { AskBackup, AskReplicate, AskRestore, AskVerify, EnqueuedRequest } from './requests.ts';
