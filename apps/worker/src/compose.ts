import { randomBytes, randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import { composeStore, createKeyRing, createSegmentBuffers, withLockerRetry } from '@cbcr/blobstore';
import { createLocker, createStore } from '@cbcr/blobstore/adapters';
import { assertSchemaVersion, type Catalog, createCatalogClock, openCatalog } from '@cbcr/catalog';
import { createSecrets, type WorkerEnvironment } from '@cbcr/config';
import { type Clock, createIdFactory, isCbcrError, type Region, type RegionId, type Run, systemClock, toCbcrError } from '@cbcr/domain';
import { createEngines } from '@cbcr/engines/adapters';
import { createWorkerRuntime, jobKinds, type RuntimeTiming } from '@cbcr/jobs';
import {
  createHandlers,
  createRegionStores,
  createRequestIntake,
  defaultTransferTuning,
  probeRegion,
  readLimits,
  type TransferTuning,
  withLongestLock,
} from '@cbcr/operations';
import { createMetrics, type Logger, runLogger } from '@cbcr/telemetry';
import { createThrottle } from '@cbcr/throttle';
import { startOperatorServer } from './operator-server.ts';
import { startProbing } from './probing.ts';
import { startReporting } from './report.ts';
import { createStoreWatch } from './store-watch.ts';
import { version } from './version.ts';

export interface RunningWorker {
  /** Hands running work back and leaves, before the deadline of the environment. */
  stop(): Promise<void>;
}

/** What a worker is made of: the adapters behind its ports, its patience and its margins. */
export interface WorkerParts {
  openCatalog: typeof openCatalog;
  createStore: typeof createStore;
  createLocker: typeof createLocker;
  createEngines: typeof createEngines;
  tuning: TransferTuning;
  timing: Partial<RuntimeTiming>;
}

export const workerParts: WorkerParts = {
  ...{ openCatalog, createStore, createLocker, createEngines },
  ...{ tuning: defaultTransferTuning, timing: {} },
};

/** Builds one region's worker. The only file of this app that names adapters. */
export async function composeWorker(
  environment: WorkerEnvironment,
  logger: Logger,
  signal: AbortSignal,
  parts: WorkerParts = workerParts,
): Promise<RunningWorker> {
  const { region: regionId, databaseUrl, redisUrl } = environment;
  const workerId = environment.workerId ?? `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  // The catalog's: what this worker stamps is compared by others.
  const clock = createCatalogClock(systemClock);
  const ids = createIdFactory(clock, randomBytes);
  const secrets = createSecrets({ sealKey: environment.sealKey });
  const metrics = createMetrics({ processMetrics: true });

  await assertSchemaVersion({ url: databaseUrl, clock });
  const onError = (error: unknown) => logger.warn({ cause: toCbcrError(error).message }, 'the catalog is away for a listener');
  const catalog = parts.openCatalog({ url: databaseUrl, clock, ids, applicationName: `cbcr-worker-${regionId}`, onError });
  await clock.follow(catalog.now);
  const region = await waitForRegion(catalog, regionId, logger, clock, signal);

  const stores = createRegionStores(async ({ id, store }: Region) => {
    const context = { region: id, resolveSecret: (reference: string) => secrets.resolve(reference), clock };
    return composeStore(await parts.createStore(store, context), {
      clock,
      random,
      observe: metrics.observeStoreCall,
      onRetry: metrics.observeStoreRetry,
    });
  });
  const lockers = createRegionStores(async ({ id, store }: Region) => {
    const locker = await parts.createLocker(store, { region: id, resolveSecret: (reference: string) => secrets.resolve(reference), clock });
    return withLockerRetry(locker, { clock, random, onRetry: metrics.observeStoreRetry });
  });
  const watch = createStoreWatch(await stores.open(region), clock);
  const reporter = startReporting({ catalog, clock, logger, region: regionId, workerId, version, look: watch.look });

  const probing = startProbing({
    catalog,
    clock,
    logger,
    region: regionId,
    everyMs: environment.probeMinutes * 60_000,
    probe: (until) => probeRegion({ catalog, openStore: stores.open, workerId, clock }, regionId, until),
  });

  const throttle = createThrottle({
    redisUrl,
    clock,
    workerId,
    // Redis may be empty when the first job comes: then what the catalog says holds.
    unheard: { limits: (await readLimits(catalog)).limits },
    onError: (error) => logger.warn({ error: error.toReport() }, 'Redis cannot be asked for bandwidth'),
    onDegraded: (degraded) => {
      metrics.setThrottleDegraded(degraded);
      logger.warn(
        { degraded },
        degraded ? 'bandwidth limits are kept without Redis, by a share of the last known' : 'bandwidth is shared through Redis again',
      );
    },
  });

  const handlers = createHandlers({
    catalog,
    openStore: stores.open,
    openLocker: lockers.open,
    engines: parts.createEngines({ toolFolders: [...environment.toolFolders, ...environment.searchPath], clock }),
    keys: createKeyRing(environment.keys ?? '{}'),
    resolveConnection: (reference) => secrets.resolve(reference, { context: 'connection' }),
    clock,
    ids,
    workerId,
    randomBytes,
    scratchFolder: environment.scratchFolder,
    tuning: withLongestLock(parts.tuning, environment.longestLockDays),
    segmentBuffers: createSegmentBuffers(),
    throttle,
  });
  const runtime = createWorkerRuntime({
    region: regionId,
    workerId,
    redisUrl,
    kinds: jobKinds,
    handlers,
    ledger: catalog.ledger,
    requests: createRequestIntake({ catalog, clock, tuning: parts.tuning }),
    clock,
    machineClock: systemClock,
    random,
    log: logger,
    logFor: (run: Run) => runLogger(logger, run),
    onRunEvent: metrics.observeRunEvent,
    // The rest of the time is for the goodbye to the catalog and to the stores.
    timing: { ...parts.timing, shutdownDeadlineMs: environment.shutdownSeconds * 800 },
  });
  const operatorServer =
    environment.metricsPort === undefined
      ? null
      : await startOperatorServer(
          { host: environment.host, port: environment.metricsPort },
          { findTrouble: () => (runtime.isConnected() ? null : 'Redis does not answer'), metrics: metrics.text },
        );
  logger.info({ region: regionId, workerId, kinds: Object.keys(jobKinds) }, 'the worker takes jobs');

  return {
    async stop() {
      await runtime.close();
      throttle.close();
      await probing.stop();
      await reporter.stop();
      operatorServer?.close();
      await stores.close();
      await lockers.close();
      clock.stop();
      await catalog.close();
    },
  };
}

/** Uniform in [0, 1), for jitter. */
const random = () => randomInt(2 ** 32) / 2 ** 32;

/** A worker may start before the scheduler has applied the configuration that names its region. */
async function waitForRegion(catalog: Catalog, id: RegionId, logger: Logger, clock: Clock, signal: AbortSignal): Promise<Region> {
  for (let told = false; ; told = true) {
    try {
      return await catalog.regions.get(id);
    } catch (error) {
      if (!isCbcrError(error, 'region.not-found')) throw error;
      if (!told) logger.info({ region: id }, 'the catalog does not know this region yet; waiting for the scheduler');
      await clock.sleep(500, { signal });
    }
  }
}
