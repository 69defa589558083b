import { resolve } from 'node:path';
import { withChecksum } from '../../decorators/checksum.ts';
import { createUnsupportedLocker } from '../../lock/blob-locker.ts';
import { defineStoreAdapter } from '../store-adapter.ts';
import { createFilesystemBlobStore } from './filesystem-blob-store.ts';
import { filesystemOptionsSchema } from './options.ts';

export const filesystemAdapter = defineStoreAdapter({
  kind: 'fs',
  optionsSchema: filesystemOptionsSchema,
  openLocker: async (_options, { region }) => createUnsupportedLocker(region, 'a folder has no legal holds and no locks'),
  open: async ({ path }, { region, clock }) => withChecksum(createFilesystemBlobStore({ region, root: resolve(path), clock })),
});
