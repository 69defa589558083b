import { type BlobEraser, type BlobLocker, type BlobStore, type Erasure, parseObjectKey } from '@cbcr/blobstore';
import type { Catalog } from '@cbcr/catalog';
import type { RegionId } from '@cbcr/domain';
import type { Engine, RestoreSource } from '@cbcr/engines';
import type { WorkerParts } from '../../src/compose.ts';
import type { Failpoints } from './failpoints.ts';

/** The parts of a worker of `region`, with a failpoint before and after everything that it does to the world. */
export function withFailpoints(parts: WorkerParts, points: Failpoints, region: RegionId): WorkerParts {
  return {
    ...parts,
    openCatalog: (options) => mortalCatalog(parts.openCatalog(options), points),
    createStore: async (spec, context) => mortalStore(await parts.createStore(spec, context), points, region),
    createLocker: async (spec, context) => mortalLocker(await parts.createLocker(spec, context), points),
    createEngines: (tools) =>
      Object.fromEntries(Object.entries(parts.createEngines(tools)).map(([name, engine]) => [name, mortalEngine(engine, points)])),
  };
}

function mortalCatalog(catalog: Catalog, { around }: Failpoints): Catalog {
  const { ledger, points, copies, deletions, protection } = catalog;
  return {
    ...catalog,
    ledger: {
      ...ledger,
      open: (...given) => around('ledger.open', () => ledger.open(...given)),
      heartbeat: (...given) => around('ledger.heartbeat', () => ledger.heartbeat(...given)),
      checkpoint: (...given) => around('ledger.checkpoint', () => ledger.checkpoint(...given)),
      succeed: (...given) => around('ledger.succeed', () => ledger.succeed(...given)),
      fail: (...given) => around('ledger.fail', () => ledger.fail(...given)),
    },
    deletions: {
      ...deletions,
      begin: (...given) => around('deletions.begin', () => deletions.begin(...given)),
      manifestGone: (...given) => around('deletions.manifestGone', () => deletions.manifestGone(...given)),
      count: (...given) => around('deletions.count', () => deletions.count(...given)),
      finish: (...given) => around('deletions.finish', () => deletions.finish(...given)),
    },
    protection: {
      ...protection,
      record: (...given) => around('protection.record', () => protection.record(...given)),
    },
    points: {
      ...points,
      begin: (...given) => around('points.begin', () => points.begin(...given)),
      complete: (...given) => around('points.complete', () => points.complete(...given)),
    },
    copies: {
      ...copies,
      startCopying: (...given) => around('copies.startCopying', () => copies.startCopying(...given)),
      markStored: (...given) => around('copies.markStored', () => copies.markStored(...given)),
      markVerified: (...given) => around('copies.markVerified', () => copies.markVerified(...given)),
      markFailed: (...given) => around('copies.markFailed', () => copies.markFailed(...given)),
    },
  };
}

/** `put segment here`, `put manifest there`, `get segment there`: here is the region of the worker. */
function mortalStore(store: BlobStore, points: Failpoints, region: RegionId): BlobStore {
  const { around, note } = points;
  const act = <Result>(verb: 'put' | 'get', key: string, work: () => Promise<Result>): Promise<Result> => {
    const kind = parseObjectKey(key)?.kind;
    if (kind === undefined) return work();
    const deed = `${verb} ${kind} ${store.region === region ? 'here' : 'there'}`;
    if (kind === 'segment') note({ deed, key });
    return around(deed, work);
  };
  return {
    region: store.region,
    put: (key, body, options) => act('put', key, () => store.put(key, body, options)),
    get: (key, options) => act('get', key, () => store.get(key, options)),
    head: (key, options) => store.head(key, options),
    list: (prefix, options) => store.list(prefix, options),
    delete: (key, options) => store.delete(key, options),
    openEraser: (permit) => mortalEraser(store.openEraser(permit), points),
    probe: (options) => store.probe(options),
    ping: (options) => store.ping(options),
    close: () => store.close(),
  };
}

/** A store that takes few versions in a request, so that a process can die amid the segments of a small copy. */
const versionsAtOnce = 3;

function mortalEraser(eraser: BlobEraser, { around, reach }: Failpoints): BlobEraser {
  return {
    ...eraser,
    async *listVersions(options) {
      reach('before list versions here');
      yield* eraser.listVersions(options);
    },
    async deleteVersions(versions, options) {
      const erased: Erasure[] = [];
      const deed = versions.some(({ key }) => parseObjectKey(key)?.kind === 'manifest') ? 'erase manifest here' : 'erase segments here';
      for (let begin = 0; begin < versions.length; begin += versionsAtOnce) {
        const some = versions.slice(begin, begin + versionsAtOnce);
        erased.push(...(await around(deed, () => eraser.deleteVersions(some, options))));
      }
      return erased;
    },
  };
}

function mortalLocker(locker: BlobLocker, { around }: Failpoints): BlobLocker {
  return {
    ...locker,
    setLegalHold: (...given) => around('hold version here', () => locker.setLegalHold(...given)),
  };
}

/** The target carries its marker from `engine.checkTarget` to the first stream, and no longer when `engine.restore` has ended. */
function mortalEngine(engine: Engine, { around, reach }: Failpoints): Engine {
  const told = (source: RestoreSource): RestoreSource => ({
    ...source,
    streams: source.streams.map((stream) => ({
      ...stream,
      open() {
        reach('after marking the target');
        return stream.open();
      },
    })),
  });
  return {
    ...engine,
    checkTarget: (...given) => around('engine.checkTarget', () => engine.checkTarget(...given)),
    restore: (connection, source, context, options) =>
      around('engine.restore', () => engine.restore(connection, told(source), context, options)),
  };
}
