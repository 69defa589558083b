import { randomBytes, randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobStore, composeStore, createKeyRing, createSegmentBuffers } from '@cbcr/blobstore';
// biome-ignore lint/plugin/adapters: the stage composes what an app's compose.ts does
import { createLocker, createStore } from '@cbcr/blobstore/adapters';
import type { Catalog } from '@cbcr/catalog';
import { createTestCatalog } from '@cbcr/catalog/testing';
import {
  type Clock,
  type InstanceId,
  instanceSchema,
  type Policy,
  policySchema,
  type Region,
  type RegionId,
  regionSchema,
  retentionSectionSchema,
} from '@cbcr/domain';
import type { Engine } from '@cbcr/engines';
// biome-ignore lint/plugin/adapters: the stage composes what an app's compose.ts does
import { createEngines } from '@cbcr/engines/adapters';
// biome-ignore lint/plugin/test-kit: the stage of tests
import { createTemporaryFolder } from '@cbcr/testkit';
import { createRegionStores, defaultTransferTuning, type OperationDependencies } from '../src/index.ts';
import { createPiecesEngine, type PiecesEngine } from './pieces-engine.ts';

export type WrapStore = (store: BlobStore) => BlobStore;

/** A real catalog, a folder per region and the real engines, all thrown away at the end. */
export interface Stage {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly folder: string;
  readonly regions: readonly Region[];
  /** The engine `pieces`, whose captures a test can direct. */
  readonly pieces: PiecesEngine;
  /** What the runs wrote into their logs. */
  readonly lines: { level: string; message: string; facts: object }[];
  /** What handlers are given; the stores are those of this moment. */
  dependencies(changes?: Partial<OperationDependencies>): OperationDependencies;
  /** The store of a region as it is, without what was planted. */
  storeOf(region: RegionId): Promise<BlobStore>;
  /** From now on, handlers see this region through `wrap`; null undoes it. */
  plant(region: RegionId, wrap: WrapStore | null): void;
  /** What the workers of a region say of their store. */
  report(region: RegionId, ok: boolean): Promise<void>;
  addInstance(id: string, engine: string, connection: string): Promise<InstanceId>;
  /** Replaces the policy, as a new cbcr.yaml would. */
  changePolicy(placement: Partial<Policy['placement']>): Promise<void>;
  /** Replaces what the rules say of retention. */
  changeRetention(section: object): Promise<void>;
  /** A new connection for something to restore into. */
  nameConnection(connection: string): `env:${string}`;
  close(): Promise<void>;
}

const jurisdictions: Readonly<Record<string, string[]>> = { alpha: ['EU'], beta: ['EU'], gamma: ['EU'], delta: ['US'] };
const idOf = (name: string): RegionId => regionSchema.shape.id.parse(name);
export const alpha = idOf('alpha');
export const beta = idOf('beta');
export const gamma = idOf('gamma');
/** Lies outside the jurisdiction of the policy. */
export const delta = idOf('delta');

export interface StageOptions {
  adminUrl: string;
  clock: Clock;
  /** Where the regions' objects are; by default in folders. */
  storeSpecOf?(region: string): Promise<Region['store']>;
  /** Secrets that stores and engines refer to. */
  secrets?: Readonly<Record<string, string>>;
  toolFolders?: readonly string[];
  tuning?: Partial<OperationDependencies['tuning']>;
}

export async function createStage(options: StageOptions): Promise<Stage> {
  const { adminUrl, clock } = options;
  const temporary = await createTemporaryFolder();
  const database = await createTestCatalog({ adminUrl, clock });
  const { catalog } = database;
  const folderSpec = async (name: string) => {
    const path = join(temporary.path, name);
    await mkdir(path);
    return { kind: 'fs', path };
  };
  const specOf = options.storeSpecOf ?? folderSpec;
  const regions = await Promise.all(
    Object.entries(jurisdictions).map(async ([id, tags]) =>
      regionSchema.parse({ id, jurisdictions: tags, keyId: `key-of-${id}`, store: await specOf(id) }),
    ),
  );
  const keys = createKeyRing(JSON.stringify(Object.fromEntries(regions.map(({ keyId }) => [keyId, randomBytes(32).toString('base64')]))));
  let policy = policySchema.parse({ id: 'standard', placement: { copies: 3, prefer: [beta, gamma], jurisdictions: ['EU'] } });
  let retention = retentionSectionSchema.parse({});
  const apply = () => catalog.applyConfig({ regions, policies: [policy], instances: [], retention }, 'test');
  await apply();

  const secrets: Record<string, string> = { ...options.secrets };
  const resolve = async (reference: string) => {
    const found = secrets[reference.replace(/^env:/, '')];
    if (found === undefined) throw new RangeError(`the stage knows no ${reference}`);
    return found;
  };
  const random = () => randomInt(2 ** 32) / 2 ** 32;
  const bare = createRegionStores(async ({ id, store }) =>
    composeStore(await createStore(store, { region: id, resolveSecret: resolve, clock }), { clock, random, attempts: 2, baseDelayMs: 20 }),
  );
  const lockers = createRegionStores(({ id, store }) => createLocker(store, { region: id, resolveSecret: resolve, clock }));
  const planted = new Map<RegionId, WrapStore>();
  const pieces = createPiecesEngine();
  const engines: Record<string, Engine> = { ...createEngines({ toolFolders: options.toolFolders ?? [], clock }), pieces };
  const lines: Stage['lines'] = [];
  const startedAt = clock.now();

  const stage: Stage = {
    catalog,
    clock,
    folder: temporary.path,
    regions,
    pieces,
    lines,
    dependencies: (changes = {}) => ({
      catalog,
      openStore: async (region) => {
        const store = await bare.open(region);
        return planted.get(region.id)?.(store) ?? store;
      },
      openLocker: lockers.open,
      engines,
      keys,
      resolveConnection: resolve,
      clock,
      ids: database.ids,
      workerId: 'worker-of-the-stage',
      randomBytes,
      scratchFolder: join(temporary.path, 'scratch'),
      throttle: {
        passes: () => false,
        pace: async function* (_link, body) {
          yield* body instanceof Uint8Array ? [body] : body;
        },
      },
      segmentBuffers: createSegmentBuffers(),
      tuning: { ...defaultTransferTuning, workerStaleMs: 3_600_000, ...options.tuning },
      ...changes,
    }),
    storeOf: (id) => {
      const region = regions.find((candidate) => candidate.id === id);
      if (region === undefined) throw new RangeError(id);
      return bare.open(region);
    },
    plant(region, wrap) {
      if (wrap === null) planted.delete(region);
      else planted.set(region, wrap);
    },
    report: (region, ok) =>
      catalog.workers.heartbeat({
        id: `worker-of-${region}`,
        region,
        host: 'test',
        pid: 1,
        version: 'test',
        startedAt,
        store: { ok, reason: ok ? 'the store answers' : 'the store was taken away by the test' },
      }),
    async addInstance(id, engine, connection) {
      const instance = instanceSchema.parse({ id, engine, home: alpha, policy: policy.id, connection: stage.nameConnection(connection) });
      await catalog.instances.add(instance, 'test');
      return instance.id;
    },
    async changePolicy(placement) {
      policy = policySchema.parse({ ...policy, placement: { ...policy.placement, ...placement } });
      await apply();
    },
    async changeRetention(section) {
      retention = retentionSectionSchema.parse(section);
      await apply();
    },
    nameConnection(connection) {
      const name = `CONNECTION_${Object.keys(secrets).length}`;
      secrets[name] = connection;
      return `env:${name}`;
    },
    async close() {
      await bare.close();
      await lockers.close();
      await database.drop();
      await temporary.remove();
    },
  };
  await Promise.all(regions.map(({ id }) => stage.report(id, true)));
  return stage;
}
