import { deepStrictEqual, ok, throws } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  CbcrError,
  type DeletionScope,
  instanceIdSchema,
  isCbcrError,
  issueDeletionPermit,
  type RegionId,
  recoveryPointIdSchema,
  regionIdSchema,
} from '@cbcr/domain';
import type { BlobStore } from '../blob-store.ts';
import type { BlobEraser, StoredVersion } from '../erase/blob-eraser.ts';
import { manifestKey, pointPrefix, segmentKey } from '../object-keys.ts';
import type { StoreCheck } from './check.ts';
import { expectAbsent, expectCode, expectContent, listKeys, putNew, sampleBytes, sha256Of } from './expect.ts';

/** A point of an instance that nobody has: erasers work below the prefix of a point alone. Its name comes from the scope, so that checks never meet. */
function madePoint(region: RegionId, scope: string, number = 1): DeletionScope {
  const digits = createHash('sha256').update(scope).digest('hex').slice(0, 16);
  return {
    instance: instanceIdSchema.parse(`contract-${digits}`),
    point: recoveryPointIdSchema.parse(`rp_${String(number).padStart(26, '0')}`),
    region,
    purpose: 'garbage',
    keeps: 'nothing',
  };
}

const segmentOf = ({ instance, point }: DeletionScope, number: number) =>
  segmentKey(instance, point, { stream: 'data', number, writeToken: '0123456789abcdef' });

async function versionsOf(eraser: BlobEraser): Promise<StoredVersion[]> {
  const versions: StoredVersion[] = [];
  for await (const version of eraser.listVersions()) versions.push(version);
  return versions;
}

async function eraseAll(store: BlobStore, scope: DeletionScope): Promise<void> {
  const eraser = store.openEraser(issueDeletionPermit(scope));
  const versions = await versionsOf(eraser);
  for (const { outcome, version } of await eraser.deleteVersions(versions)) deepStrictEqual(outcome, 'erased', version.key);
}

export const erasingChecks: readonly StoreCheck[] = [
  {
    name: 'erases a point with every object, and proves it by a listing',
    async run(store, scope) {
      const point = madePoint(store.region, scope);
      const other = madePoint(store.region, scope, 2);
      const body = sampleBytes(1_000, 1);
      for (const number of [0, 1, 2]) await putNew(store, segmentOf(point, number), body);
      await putNew(store, manifestKey(point.instance, point.point), body);
      await putNew(store, segmentOf(other, 0), body);
      try {
        const eraser = store.openEraser(issueDeletionPermit(point));
        const versions = await versionsOf(eraser);
        deepStrictEqual(
          versions.map(({ key, sizeBytes }) => [key, sizeBytes]),
          [manifestKey(point.instance, point.point), ...[0, 1, 2].map((number) => segmentOf(point, number))].map((key) => [key, 1_000]),
        );
        const outcomes = await eraser.deleteVersions(versions);
        deepStrictEqual(
          outcomes.map(({ outcome }) => outcome),
          versions.map(() => 'erased'),
        );
        deepStrictEqual(await versionsOf(eraser), []);
        await expectAbsent(store, segmentOf(point, 0));
        await expectContent(store, segmentOf(other, 0), body);
      } finally {
        await eraseAll(store, point);
        await eraseAll(store, other);
      }
    },
  },
  {
    name: 'erases what is not there any more without a complaint',
    async run(store, scope) {
      const point = madePoint(store.region, scope);
      await putNew(store, segmentOf(point, 0), sampleBytes(10, 1));
      const eraser = store.openEraser(issueDeletionPermit(point));
      const versions = await versionsOf(eraser);
      for (const _time of [1, 2])
        deepStrictEqual(
          (await eraser.deleteVersions(versions)).map(({ outcome }) => outcome),
          ['erased'],
        );
      deepStrictEqual(await versionsOf(eraser), []);
    },
  },
  {
    name: 'erases nothing once its fence has fallen, and asks it of every request',
    async run(store, scope) {
      const point = madePoint(store.region, scope);
      const body = sampleBytes(10, 1);
      const keys = [0, 1].map((number) => segmentOf(point, number));
      for (const key of keys) await putNew(store, key, body);
      try {
        const eraser = store.openEraser(issueDeletionPermit(point));
        const versions = await versionsOf(eraser);
        const fence = () => {
          throw new CbcrError('catalog.unreachable', { cause: 'another worker may be at it' });
        };
        // Together in one request, and alone.
        for (const some of [versions, versions.slice(0, 1)])
          await expectCode('catalog.unreachable', () => eraser.deleteVersions(some, { fence }));
        for (const key of keys) await expectContent(store, key, body);
        const asked: string[] = [];
        await eraser.deleteVersions(versions, { fence: () => void asked.push('asked') });
        ok(asked.length > 0, 'the fence was asked');
        deepStrictEqual(await versionsOf(eraser), []);
      } finally {
        await eraseAll(store, point);
      }
    },
  },
  {
    name: 'erases replaced versions and delete markers too',
    requires: 'versioning',
    async run(store, scope) {
      const point = madePoint(store.region, scope);
      const key = segmentOf(point, 0);
      const second = sampleBytes(20, 2);
      await putNew(store, key, sampleBytes(10, 1));
      await store.put(key, second, { sha256: sha256Of(second), ifAbsent: false, replace: true });
      await store.delete(key);
      deepStrictEqual(await listKeys(store, pointPrefix(point.instance, point.point)), []);
      const eraser = store.openEraser(issueDeletionPermit(point));
      const versions = await versionsOf(eraser);
      deepStrictEqual(versions.map(({ isMarker, sizeBytes }) => (isMarker ? 'marker' : sizeBytes)).toSorted(), [10, 20, 'marker']);
      await eraser.deleteVersions(versions);
      deepStrictEqual(await versionsOf(eraser), []);
    },
  },
  {
    name: 'erases nothing without a permit, or beside it',
    async run(store, scope) {
      const point = madePoint(store.region, scope);
      const key = segmentOf(point, 0);
      const manifest = manifestKey(point.instance, point.point);
      const body = sampleBytes(10, 1);
      await putNew(store, key, body);
      await putNew(store, manifest, body);
      try {
        throws(() => store.openEraser(Object.create(null)), TypeError);
        throws(
          () => store.openEraser(issueDeletionPermit({ ...point, region: regionIdSchema.parse('elsewhere') })),
          (error) => isCbcrError(error, 'store.erasure-refused'),
        );
        const version = { versionId: null, isMarker: false, sizeBytes: 10 };
        const other = store.openEraser(issueDeletionPermit(madePoint(store.region, scope, 2)));
        await expectCode('store.erasure-refused', () => other.deleteVersions([{ ...version, key }]));
        const named = store.openEraser(issueDeletionPermit({ ...point, keeps: 'named' }));
        await expectCode('store.erasure-refused', () => named.deleteVersions([{ ...version, key: manifest }]));
        await expectContent(store, key, body);
        await expectContent(store, manifest, body);
        ok((await versionsOf(other)).length === 0, 'an eraser lists its own point alone');
      } finally {
        await eraseAll(store, point);
      }
    },
  },
];
