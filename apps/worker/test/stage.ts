import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog, RunRecord } from '@cbcr/catalog';
import { createTestCatalog, type TestCatalog } from '@cbcr/catalog/testing';
import { type Clock, type InstanceId, instanceSchema, policySchema, type Region, regionSchema } from '@cbcr/domain';
import { createQueues, type JobKindName, jobKinds, type Queues } from '@cbcr/jobs';
import { readRegionHealth } from '@cbcr/operations';
// biome-ignore lint/plugin/test-kit: the stage of tests
import { createTemporaryFolder } from '@cbcr/testkit';

/** A catalog, two regions in folders whose names no other test uses, and the queues, as a scheduler would hold them. */
export interface WorkerStage {
  readonly database: TestCatalog;
  readonly catalog: Catalog;
  readonly queues: Queues<JobKindName>;
  readonly folder: string;
  readonly home: Region;
  readonly other: Region;
  /** What must be in no log: passwords and keys. */
  readonly secrets: readonly string[];
  /** The environment of a worker, but for its region. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes the regions and the policy known, and the instance `shop`, whose connection is `env:SHOP_URL`. */
  configure(): Promise<InstanceId>;
  healthOf(region: Region): Promise<{ state: string; reason: string }>;
  /** Creates the run and wakes it. */
  submit(kind: JobKindName, instance: InstanceId, region: Region, params?: object, point?: RunRecord['point']): Promise<RunRecord>;
  close(): Promise<void>;
}

export async function createWorkerStage(options: {
  adminUrl: string;
  redisUrl: string;
  shopUrl: string;
  clock: Clock;
}): Promise<WorkerStage> {
  const { adminUrl, redisUrl, shopUrl, clock } = options;
  const temporary = await createTemporaryFolder();
  const database = await createTestCatalog({ adminUrl, clock });
  const { catalog } = database;
  const suffix = `x${randomBytes(4).toString('hex')}`;
  const makeRegion = async (name: string) => {
    const id = `${name}-${suffix}`;
    const path = join(temporary.path, id);
    await mkdir(path);
    return regionSchema.parse({ id, jurisdictions: ['EU'], keyId: `key-of-${name}`, store: { kind: 'fs', path } });
  };
  const [home, other] = [await makeRegion('home'), await makeRegion('other')];
  const keys = { 'key-of-home': randomBytes(32).toString('base64'), 'key-of-other': randomBytes(32).toString('base64') };
  const sealKey = randomBytes(32).toString('base64');
  const queues = createQueues({ redisUrlFor: () => redisUrl, kinds: jobKinds, clock, onError: () => undefined });
  const passwords = [redisUrl, shopUrl, database.url].map((url) => decodeURIComponent(new URL(url).password)).filter((each) => each !== '');
  return {
    database,
    catalog,
    queues,
    folder: temporary.path,
    home,
    other,
    secrets: [...passwords, ...Object.values(keys), sealKey, shopUrl, redisUrl, database.url],
    environment: {
      CBCR_DATABASE_URL: database.url,
      CBCR_REDIS_URL: redisUrl,
      CBCR_SEAL_KEY: sealKey,
      CBCR_KEYS: JSON.stringify(keys),
      CBCR_SCRATCH: join(temporary.path, 'scratch'),
      SHOP_URL: shopUrl,
    },
    async configure() {
      const policy = policySchema.parse({ id: 'standard', placement: { copies: 2, jurisdictions: ['EU'] } });
      const shop = instanceSchema.parse({ id: 'shop', engine: 'postgres', home: home.id, policy: policy.id, connection: 'env:SHOP_URL' });
      await catalog.applyConfig({ regions: [home, other], policies: [policy], instances: [shop] }, 'test');
      return shop.id;
    },
    async healthOf(region) {
      const health = await readRegionHealth({ catalog, clock, regions: [region], staleAfterMs: 6_000 });
      return health.get(region.id) ?? { state: 'absent', reason: '' };
    },
    async submit(kind, instance, { id: region }, params = {}, point = null) {
      const { run } = await catalog.runs.create({ kind, region, instance, params, requestedBy: 'test', ...(point !== null && { point }) });
      await queues.enqueue({ kind, region, runId: run.id });
      return run;
    },
    async close() {
      await queues.close();
      await database.drop();
      await temporary.remove();
    },
  };
}
