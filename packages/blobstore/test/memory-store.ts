import { createHash } from 'node:crypto';
import { CbcrError, type RegionId } from '@cbcr/domain';
import type { BlobStore } from '../src/blob-store.ts';
import { guardEraser } from '../src/erase/guard-eraser.ts';

export interface MemoryStore extends BlobStore {
  readonly objects: Map<string, Buffer>;
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A region that keeps the promises of the port and forgets everything at the end of the test. */
export function createMemoryStore(region: RegionId): MemoryStore {
  const objects = new Map<string, Buffer>();
  return {
    region,
    objects,
    async put(key, body, { sha256, ifAbsent, replace, signal }) {
      signal?.throwIfAborted();
      if (hashOf(body) !== sha256)
        throw new CbcrError('store.failed', { region, operation: 'put', cause: 'the body does not have its SHA-256' });
      const present = objects.get(key);
      if (present === undefined || replace) objects.set(key, Buffer.from(body));
      else if (ifAbsent || hashOf(present) !== sha256) throw new CbcrError('store.object-exists', { region, key });
    },
    async get(key, { signal, memory = Buffer.alloc } = {}) {
      signal?.throwIfAborted();
      const body = objects.get(key);
      if (body === undefined) throw new CbcrError('store.object-missing', { region, key });
      const bytes = memory(body.length);
      bytes.set(body);
      return bytes;
    },
    async head(key) {
      const body = objects.get(key);
      return body === undefined ? null : { key, sizeBytes: body.length };
    },
    async *list(prefix) {
      for (const key of [...objects.keys()].sort()) {
        const sizeBytes = objects.get(key)?.length;
        if (key.startsWith(prefix) && sizeBytes !== undefined) yield { key, sizeBytes, writtenAt: null };
      }
    },
    async delete(key) {
      objects.delete(key);
    },
    openEraser: (permit) =>
      guardEraser(region, permit, {
        async *listVersions(prefix) {
          for (const [key, { length: sizeBytes }] of [...objects].sort()) {
            if (key.startsWith(prefix)) yield { key, versionId: null, isMarker: false, sizeBytes };
          }
        },
        lockOf: async () => null,
        async deleteVersions(versions) {
          for (const { key } of versions) objects.delete(key);
          return versions.map((version) => ({ version, outcome: 'erased' }));
        },
      }),
    async probe() {
      return { conditionalPut: true, versioning: false, objectLock: false, checksums: true, serverSideCopy: false, location: null };
    },
    async ping() {},
    async close() {},
  };
}
