import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { regionFolder } from './stack-config.ts';
import type { StackPaths } from './stack-paths.ts';
import type { StackState } from './stack-state.ts';

const awayFrom = (folder: string) => `${folder}.unreachable`;

/** Takes a file system region's folder away, as if its disk were not mounted. Regions with a server need nothing. */
export async function closeRegionFolder(paths: StackPaths, { store }: StackState, regionId: string): Promise<void> {
  const folder = regionFolder(paths, regionId);
  if (store === 'fs' && existsSync(folder)) await rename(folder, awayFrom(folder));
}

export async function reopenRegionFolder(paths: StackPaths, { store }: StackState, regionId: string): Promise<void> {
  const folder = regionFolder(paths, regionId);
  if (store === 'fs' && existsSync(awayFrom(folder))) await rename(awayFrom(folder), folder);
}
