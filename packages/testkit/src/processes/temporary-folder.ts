import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardFolder, releaseFolder } from './guard.ts';

export interface TemporaryFolder {
  path: string;
  remove(): Promise<void>;
}

/** A new folder that disappears with this process, even by SIGKILL. Other users may pass through it but not list it. */
export async function createTemporaryFolder(prefix = 'cbcr-test-'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(await realpath(tmpdir()), prefix));
  await chmod(path, 0o711);
  guardFolder(path);
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      releaseFolder(path);
    },
  };
}
