import { randomBytes } from 'node:crypto';
import { openCatalog } from '@cbcr/catalog';
import { createIdFactory, regionIdSchema, systemClock } from '@cbcr/domain';
import { createWorkerRuntime, type RunLog } from '@cbcr/jobs';
import { noOpHandlers, noOpKinds } from './no-op-kind.ts';

export interface WorkerOrder {
  databaseUrl: string;
  redisUrl: string;
  region: string;
}

const quiet: RunLog = { info: () => undefined, warn: () => undefined, error: () => undefined, child: () => quiet };

/** The product's runtime on the product's catalog, composed as the worker composes it, with one kind that does nothing. */
process.once('message', ({ databaseUrl, redisUrl, region }: WorkerOrder) => {
  const clock = systemClock;
  const ids = createIdFactory(clock, randomBytes);
  const catalog = openCatalog({ url: databaseUrl, clock, ids, applicationName: 'no-op worker', onError: () => undefined });
  const runtime = createWorkerRuntime({
    region: regionIdSchema.parse(region),
    workerId: `no-op-${process.pid}`,
    redisUrl,
    kinds: noOpKinds,
    handlers: noOpHandlers,
    ledger: catalog.ledger,
    clock,
    random: () => 0.5,
    log: quiet,
    logFor: () => quiet,
  });
  process.once('disconnect', () => {
    void runtime.close().then(() => catalog.close());
  });
  process.send?.('ready');
});
