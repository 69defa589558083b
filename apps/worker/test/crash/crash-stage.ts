import { randomBytes } from 'node:crypto';
import { type BlobLocker, type BlobStore, createKeyRing, type KeyProvider } from '@cbcr/blobstore';
// biome-ignore lint/plugin/adapters: looks into the buckets as the workers' own composition does
import { createLocker, createStore } from '@cbcr/blobstore/adapters';
import { createTestCatalog, type TestCatalog } from '@cbcr/catalog/testing';
import { createSecrets } from '@cbcr/config';
import {
  type Clock,
  type InstanceId,
  instanceSchema,
  policySchema,
  type RecoveryPointId,
  type Region,
  type RunId,
  regionSchema,
  retentionSectionSchema,
} from '@cbcr/domain';
import { createQueues, type JobKindName, jobKinds, type Queues } from '@cbcr/jobs';
import {
  createTemporaryFolder,
  createTestBucket,
  createTestDatabase,
  loadSampleDatabase,
  type S3Settings,
  type TestDatabase,
  // biome-ignore lint/plugin/test-kit: the stage of tests
} from '@cbcr/testkit';

/** The regions of the crash tests, each by what its workers do: a crash of one kind never disturbs another. */
export const lanes = ['backup', 'verify', 'replicate', 'restore', 'retention', 'hold'] as const;
export type Lane = (typeof lanes)[number];

/** A catalog, a bucket for each lane, the queues, and a database that is instance `shop`: home `backup`, second copy in `verify`. */
export interface CrashStage {
  readonly database: TestCatalog;
  readonly queues: Queues<JobKindName>;
  readonly keys: KeyProvider;
  readonly regions: Readonly<Record<Lane, Region>>;
  readonly buckets: Readonly<Record<Lane, S3Settings>>;
  readonly stores: Readonly<Record<Lane, BlobStore>>;
  /** Of the lane `hold`. */
  readonly locker: BlobLocker;
  readonly environment: Readonly<Record<string, string>>;
  /** Where failpoints keep their files. */
  readonly folder: string;
  readonly shop: InstanceId;
  readonly source: TestDatabase;
  createTarget(): Promise<{ database: TestDatabase; reference: string }>;
  /** Creates the run and wakes a worker of the lane. */
  submit(kind: JobKindName, lane: Lane, params: object, point?: RecoveryPointId): Promise<RunId>;
  close(): Promise<void>;
}

export async function createCrashStage(given: {
  adminUrl: string;
  redisUrl: string;
  s3: S3Settings;
  clock: Clock;
  megabytes: number;
}): Promise<CrashStage> {
  const { adminUrl, redisUrl, clock } = given;
  const temporary = await createTemporaryFolder();
  const [database, source] = await Promise.all([createTestCatalog({ adminUrl, clock }), createTestDatabase(adminUrl)]);
  await loadSampleDatabase(source.url, { megabytes: given.megabytes });
  const { catalog } = database;
  const suffix = randomBytes(4).toString('hex');
  const key = randomBytes(32).toString('base64');
  const sealKey = randomBytes(32);
  const secrets = createSecrets({ sealKey, env: {} });

  const buckets = await forLanes(() => createTestBucket(given.s3));
  const regions = await forLanes(async (lane) => {
    const { endpoint, bucket, region } = buckets[lane];
    const store = { kind: 's3', endpoint, bucket, region, accessKeyId: 'env:S3_ACCESS', secretAccessKey: 'env:S3_SECRET' };
    return regionSchema.parse({ id: `${lane}-${suffix}`, jurisdictions: ['EU'], keyId: 'key', store });
  });
  const resolveSecret = async (reference: string) => (reference === 'env:S3_ACCESS' ? given.s3.accessKeyId : given.s3.secretAccessKey);
  const stores = await forLanes((lane) => createStore(regions[lane].store, { region: regions[lane].id, resolveSecret, clock }));
  const locker = await createLocker(regions.hold.store, { region: regions.hold.id, resolveSecret, clock });
  const policy = policySchema.parse({
    id: 'standard',
    placement: { copies: 2, prefer: [regions.verify.id], jurisdictions: ['EU'], synchronousMinimum: 2 },
  });
  const shop = instanceSchema.parse({
    id: `shop-${suffix}`,
    engine: 'postgres',
    home: regions.backup.id,
    policy: policy.id,
    connection: 'env:SHOP_URL',
  });
  const retention = retentionSectionSchema.parse({ grace: '1s' });
  await catalog.applyConfig({ regions: Object.values(regions), policies: [policy], instances: [shop], retention }, 'test');
  const queues = createQueues({ redisUrlFor: () => redisUrl, kinds: jobKinds, clock, onError: () => undefined });
  const targets: TestDatabase[] = [];
  return {
    database,
    queues,
    keys: createKeyRing(JSON.stringify({ key })),
    regions,
    buckets,
    stores,
    locker,
    folder: temporary.path,
    shop: shop.id,
    source,
    environment: {
      CBCR_DATABASE_URL: database.url,
      CBCR_REDIS_URL: redisUrl,
      CBCR_SEAL_KEY: sealKey.toString('base64'),
      CBCR_KEYS: JSON.stringify({ key }),
      CBCR_SCRATCH: `${temporary.path}/scratch`,
      SHOP_URL: source.url,
      S3_ACCESS: given.s3.accessKeyId,
      S3_SECRET: given.s3.secretAccessKey,
    },
    async createTarget() {
      const target = await createTestDatabase(adminUrl);
      targets.push(target);
      return { database: target, reference: secrets.seal(target.url, 'connection') };
    },
    async submit(kind, lane, params, point) {
      const region = regions[lane].id;
      const { run } = await catalog.runs.create({ kind, region, instance: shop.id, params, requestedBy: 'test', ...(point && { point }) });
      await queues.enqueue({ kind, region, runId: run.id });
      return run.id;
    },
    async close() {
      await queues.close();
      await Promise.all([locker, ...Object.values(stores)].map((store) => store.close()));
      await database.drop();
      await Promise.all([source, ...targets].map((each) => each.drop()));
      await temporary.remove();
    },
  };
}

async function forLanes<Value>(make: (lane: Lane) => Promise<Value>): Promise<Record<Lane, Value>> {
  const entries = await Promise.all(lanes.map(async (lane) => [lane, await make(lane)] as const));
  return Object.fromEntries(entries) as Record<Lane, Value>;
}
