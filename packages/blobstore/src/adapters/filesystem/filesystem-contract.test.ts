import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { regionIdSchema, systemClock } from '@cbcr/domain';
import { afterAll } from 'vitest';
import { describeBlobStore } from '../../contract/describe-blob-store.ts';
import { filesystemAdapter } from './adapter.ts';

const path = mkdtempSync(join(tmpdir(), 'cbcr-fs-contract-'));
afterAll(() => rmSync(path, { recursive: true }));

describeBlobStore('the filesystem adapter', {
  open: () =>
    filesystemAdapter.create({
      region: regionIdSchema.parse('disk'),
      options: { path },
      resolveSecret: (reference) => reference,
      clock: systemClock,
    }),
  capabilities: { conditionalPut: true, versioning: false, objectLock: false, checksums: false, serverSideCopy: false },
});
