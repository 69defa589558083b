import type { BlobStore } from '@cbcr/blobstore';
import type { Catalog } from '@cbcr/catalog';
import { CbcrError, type RegionId } from '@cbcr/domain';
// biome-ignore lint/plugin/test-kit: a fixture of tests
import { waitUntil } from '@cbcr/testkit';
import type { OperationDependencies } from '../src/index.ts';
import type { WrapStore } from './stage.ts';

export interface StoreCall {
  operation: 'put' | 'get';
  key: string;
  /** Counts the calls of this operation at this store, from 0. */
  index: number;
}

export interface StoreFault {
  readonly wrap: WrapStore;
  /** The calls that were hit. A test whose fault never fired proves nothing. */
  readonly fired: StoreCall[];
  /** Every put and get that was asked. */
  readonly calls: StoreCall[];
}

export const isManifest = (key: string): boolean => key.endsWith('/manifest.json');
export const isSegment = (key: string): boolean => key.includes('/segments/');

/** Calls that `hits` names fail as if the region were not there; `instead` does something else. */
export function plantFault(
  hits: (call: StoreCall) => boolean,
  instead: (call: StoreCall, store: BlobStore, signal: AbortSignal | undefined) => Promise<void> = async ({ operation }, { region }) => {
    throw new CbcrError('store.unreachable', { region, cause: `planted at ${operation}` });
  },
): StoreFault {
  const fired: StoreCall[] = [];
  const calls: StoreCall[] = [];
  const counts = { put: 0, get: 0 };
  const suffer = async (operation: StoreCall['operation'], key: string, store: BlobStore, signal: AbortSignal | undefined) => {
    const call = { operation, key, index: counts[operation]++ };
    calls.push(call);
    if (!hits(call)) return;
    fired.push(call);
    await instead(call, store, signal);
  };
  return {
    fired,
    calls,
    wrap: (store) => ({
      ...forward(store),
      async put(key, body, options) {
        await suffer('put', key, store, options.signal);
        await store.put(key, body, options);
      },
      async get(key, options) {
        await suffer('get', key, store, options?.signal);
        return store.get(key, options);
      },
    }),
  };
}

/** For {@link plantFault}: puts run side by side, so the region is lost only once it holds something of the point. */
export async function failOnceItHolds({ operation, key }: StoreCall, store: BlobStore): Promise<void> {
  const pointFolder = `${key.split('/').slice(0, 3).join('/')}/`;
  const holdsSomething = async () => {
    for await (const _object of store.list(pointFolder)) return true;
    return false;
  };
  await waitUntil(holdsSomething, { deadlineMs: 10_000 });
  throw new CbcrError('store.unreachable', { region: store.region, cause: `planted at ${operation}` });
}

function forward(store: BlobStore): BlobStore {
  return {
    region: store.region,
    put: (key, body, options) => store.put(key, body, options),
    get: (key, options) => store.get(key, options),
    head: (key, options) => store.head(key, options),
    list: (prefix, options) => store.list(prefix, options),
    delete: (key, options) => store.delete(key, options),
    openEraser: (permit) => store.openEraser(permit),
    probe: (options) => store.probe(options),
    ping: (options) => store.ping(options),
    close: () => store.close(),
  };
}

/** Thrown by everything that a dead process tries. */
class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** One thing that a process does to the world: `points.begin`, `put alpha segment`, `put beta manifest`. */
export type Deed = string;

export interface Crash {
  /** The dependencies of a process that dies at the deed; afterwards nothing that it does reaches the catalog or a store. */
  readonly dependencies: OperationDependencies;
  /** Whether it came to the deed. */
  readonly happened: () => boolean;
  /** What it had done until then. */
  readonly deeds: Deed[];
}

/** A process that dies `before` or `after` the first deed that `at` names. */
export function crashProcess(
  dependencies: OperationDependencies,
  when: 'before' | 'after',
  at: (deed: Deed, nth: number) => boolean,
): Crash {
  const deeds: Deed[] = [];
  const counts = new Map<Deed, number>();
  let dead = false;
  const act = async <Result>(deed: Deed, work: () => Promise<Result>): Promise<Result> => {
    if (dead) throw new ProcessDied();
    const nth = counts.get(deed) ?? 0;
    counts.set(deed, nth + 1);
    const dies = at(deed, nth);
    if (dies && when === 'before') {
      dead = true;
      throw new ProcessDied();
    }
    const result = await work();
    deeds.push(deed);
    if (dies) dead = true;
    if (dead) throw new ProcessDied();
    return result;
  };
  const wrapStore = (store: BlobStore): BlobStore => ({
    ...forward(store),
    put: (key, body, options) => act(deedOf(store.region, key), () => store.put(key, body, options)),
    openEraser(permit) {
      const eraser = store.openEraser(permit);
      return {
        ...eraser,
        deleteVersions: (versions, options) =>
          act(`erase ${store.region} ${versions.some(({ key }) => isManifest(key)) ? 'manifest' : 'segments'}`, () =>
            eraser.deleteVersions(versions, options),
          ),
      };
    },
  });
  return {
    deeds,
    happened: () => dead,
    dependencies: {
      ...dependencies,
      catalog: mortalCatalog(dependencies.catalog, act),
      openStore: async (region) => wrapStore(await dependencies.openStore(region)),
    },
  };
}

const deedOf = (region: RegionId, key: string): Deed => `put ${region} ${isManifest(key) ? 'manifest' : 'segment'}`;

function mortalCatalog(catalog: Catalog, act: <Result>(deed: Deed, work: () => Promise<Result>) => Promise<Result>): Catalog {
  const { points, copies, ledger, deletions } = catalog;
  return {
    ...catalog,
    deletions: {
      ...deletions,
      begin: (...given) => act('deletions.begin', () => deletions.begin(...given)),
      manifestGone: (...given) => act('deletions.manifestGone', () => deletions.manifestGone(...given)),
      count: (...given) => act('deletions.count', () => deletions.count(...given)),
      finish: (...given) => act('deletions.finish', () => deletions.finish(...given)),
    },
    ledger: {
      ...ledger,
      checkpoint: (run, epoch, checkpoint) => act('ledger.checkpoint', () => ledger.checkpoint(run, epoch, checkpoint)),
    },
    points: {
      ...points,
      begin: (capture) => act('points.begin', () => points.begin(capture)),
      complete: (capture) => act('points.complete', () => points.complete(capture)),
      fail: (capture) => act('points.fail', () => points.fail(capture)),
    },
    copies: {
      ...copies,
      startCopying: (copy) => act('copies.startCopying', () => copies.startCopying(copy)),
      markStored: (copy) => act('copies.markStored', () => copies.markStored(copy)),
      markVerified: (copy) => act('copies.markVerified', () => copies.markVerified(copy)),
      markFailed: (copy) => act('copies.markFailed', () => copies.markFailed(copy)),
      markBlocked: (copy) => act('copies.markBlocked', () => copies.markBlocked(copy)),
    },
  };
}
