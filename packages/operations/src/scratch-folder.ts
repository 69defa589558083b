import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@cbcr/domain';

/** Gives `work` a private folder and removes it whatever happens. Another epoch of the same run has another folder. */
export async function withScratchFolder<Result>(
  parent: string,
  { id, epoch }: Pick<Run, 'id' | 'epoch'>,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = join(parent, `${id}.${epoch}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
