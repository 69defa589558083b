import { CbcrError, DeletionPermit, type RegionId } from '@cbcr/domain';
import { manifestKey, pointPrefix } from '../object-keys.ts';
import { type BlobEraser, maxVersionsAtOnce } from './blob-eraser.ts';

/** What an adapter gives: the same without a permit. Never leaves the adapter. */
export interface VersionedObjects extends Pick<BlobEraser, 'lockOf' | 'deleteVersions'> {
  listVersions(prefix: string, ...options: Parameters<BlobEraser['listVersions']>): ReturnType<BlobEraser['listVersions']>;
}

/**
 * An eraser that does what the permit says and no more. Throws a TypeError when the permit is none, and `store.erasure-refused` when it is for
 * another region.
 */
export function guardEraser(region: RegionId, permit: DeletionPermit, objects: VersionedObjects): BlobEraser {
  const scope = DeletionPermit.scopeOf(permit);
  const refuse = (key: string, cause: string) => new CbcrError('store.erasure-refused', { region, key, cause });
  const prefix = pointPrefix(scope.instance, scope.point);
  if (scope.region !== region) throw refuse(prefix, `the permit is for ${scope.region}`);
  const manifest = manifestKey(scope.instance, scope.point);
  return {
    scope,
    listVersions: (options) => objects.listVersions(prefix, options),
    lockOf: (version, options) => objects.lockOf(version, options),
    async deleteVersions(versions, options) {
      if (versions.length > maxVersionsAtOnce)
        throw new RangeError(`at most ${maxVersionsAtOnce} versions at once, not ${versions.length}`);
      for (const { key } of versions) {
        if (!key.startsWith(prefix)) throw refuse(key, `the permit is for ${prefix}`);
        if (scope.keeps === 'named' && key === manifest) throw refuse(key, 'the permit leaves the manifest and what it names');
      }
      return versions.length === 0 ? [] : await objects.deleteVersions(versions, options);
    },
  };
}
