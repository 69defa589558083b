import { resolve } from 'node:path';
import { withChecksum } from '../../decorators/checksum.ts';
import { defineStoreAdapter } from '../store-adapter.ts';
import { createFilesystemBlobStore } from './filesystem-blob-store.ts';
import { filesystemOptionsSchema } from './options.ts';

export const filesystemAdapter = defineStoreAdapter({
  kind: 'fs',
  optionsSchema: filesystemOptionsSchema,
  open: async ({ path }, { region, clock }) => withChecksum(createFilesystemBlobStore({ region, root: resolve(path), clock })),
});
