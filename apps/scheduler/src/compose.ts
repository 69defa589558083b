import { randomBytes } from 'node:crypto';
import { storeOptionsSchemas } from '@cbcr/blobstore/adapters';
import { assertSchemaVersion, createCatalogClock, openCatalog } from '@cbcr/catalog';
import { type ConfigVocabulary, createSecrets, type SchedulerEnvironment } from '@cbcr/config';
import { CbcrError, createIdFactory, type RegionId, systemClock, toCbcrError } from '@cbcr/domain';
import { createEngines } from '@cbcr/engines/adapters';
import { createQueues, jobKinds } from '@cbcr/jobs';
import { defaultTransferTuning, withLongestLock } from '@cbcr/operations';
import { checkRetention, checkSchedule, chooseControls, findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy } from '@cbcr/policy';
import { createMetrics, type Logger } from '@cbcr/telemetry';
import { createLimitBook, limitsSchema } from '@cbcr/throttle';
import { createConfigApplier } from './apply-config.ts';
import { createMetricsPage } from './collect-metrics.ts';
import { createHealthMemory } from './health-memory.ts';
import { createQueueBoard } from './http/bull-board.ts';
import { createHttpServer } from './http/server.ts';
import { type Leader, startLeading } from './leading/lead.ts';
import { version } from './version.ts';

export interface RunningScheduler {
  /** Address of the API. */
  url: string;
  stop(): Promise<void>;
}

/** The cap of locks may be left out, as in the environment itself. */
type Given<Environment extends { longestLockDays: unknown }> = Omit<Environment, 'longestLockDays'> &
  Partial<Pick<Environment, 'longestLockDays'>>;

/** Builds the control plane. The only file of this app that names adapters; it asks them only what a configuration may say. */
export async function composeScheduler(environment: Given<SchedulerEnvironment>, logger: Logger): Promise<RunningScheduler> {
  const { databaseUrl, redisUrl } = environment;
  const tuning = withLongestLock(defaultTransferTuning, environment.longestLockDays);
  // The catalog's: moments that workers and other schedulers have stamped are compared with it.
  const clock = createCatalogClock(systemClock);
  await assertSchemaVersion({ url: databaseUrl, clock });
  const catalog = openCatalog({
    url: databaseUrl,
    clock,
    ids: createIdFactory(clock, randomBytes),
    applicationName: 'cbcr-scheduler',
    onError: (error) => logger.warn({ cause: toCbcrError(error).message }, 'the catalog is away for a listener'),
  });
  await clock.follow(catalog.now);
  const queues = createQueues({
    redisUrlFor: () => redisUrl,
    kinds: jobKinds,
    clock,
    onError: (error) => logger.warn({ error: error.toReport() }, 'Redis is away: wake-up calls wait in the outbox'),
    onWarning: (warning) => logger.warn({}, warning),
  });
  const engines = createEngines({ toolFolders: [], clock });
  const health = createHealthMemory({ catalog, clock, staleAfterMs: tuning.workerStaleMs });
  const board = createQueueBoard();
  // Leads only once its configuration is applied: a scheduler whose file is not valid leaves without a trace.
  let leader: Leader | null = null;

  const vocabulary: ConfigVocabulary = {
    stores: storeOptionsSchemas,
    engines,
    limits: limitsSchema,
    checkSchedule,
    chooseControls,
    checkRetention,
    decisions: { findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy },
    now: clock.now,
  };
  const showQueues = (regions: readonly { id: RegionId }[]) => board.show(queues.bullQueues(regions.map(({ id }) => id)));
  const config = createConfigApplier({ catalog, clock }, vocabulary, ({ regions }) => {
    showQueues(regions);
    leader?.configChanged();
  });
  const applied = await config.applyFile(environment.configFile, { actor: 'scheduler' });
  if (applied.superseded !== null) {
    logger.warn(
      { version: applied.superseded },
      'policies of a later version are in force; those of the file were replaced before and are not applied again: cbcr policy apply',
    );
  }
  if (applied.retired.length > 0) {
    logger.warn(
      { instances: applied.retired },
      'nothing new is captured of instances that another file brought and this one does not name: cbcr config apply',
    );
  }
  if (applied.ended.length > 0) {
    logger.warn(
      { problems: applied.ended },
      'residency exceptions of the file have ended, and with them what only they made possible: cbcr policy validate',
    );
  }
  logger.info(
    { regions: applied.regions.length, policies: applied.policies.length, instances: applied.instances.length },
    'configuration applied',
  );
  const limitBook = createLimitBook({ redisUrl, clock });
  leader = startLeading({ catalog, limitBook, queues, clock, tuning, health, logger });

  const secrets = createSecrets({ sealKey: environment.sealKey });
  const metrics = createMetrics({ processMetrics: true });
  const server = await createHttpServer({
    token: environment.token,
    version,
    logger,
    board,
    metrics: createMetricsPage(metrics, { catalog, queues, clock, tuning, health }),
    health: {
      catalog: async () => {
        const { ready, reason } = await catalog.isReady();
        if (!ready) throw new CbcrError('catalog.unreachable', { cause: reason ?? 'it is not ready' });
      },
      redis: async () => {
        const [region] = applied.regions;
        if (region !== undefined) await queues.counts(jobKinds.backup.name, region.id);
      },
    },
    api: { catalog, queues, clock, tuning, health, engines, seal: (plain) => secrets.seal(plain, 'connection'), config, limitBook },
  });
  const url = await server.listen({ host: environment.host, port: environment.port });
  logger.info({ url, version }, 'the API listens');

  return {
    url,
    async stop() {
      await server.close();
      await leader?.stop();
      limitBook.close();
      await queues.close();
      clock.stop();
      await catalog.close();
    },
  };
}
