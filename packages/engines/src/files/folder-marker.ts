import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Stands in the target from before the first file until everything is in place; a folder that holds it is neither captured nor restored into. */
export const markerName = '.cbcr-restore-incomplete';

export async function hasMarker(folder: string): Promise<boolean> {
  return (await stat(join(folder, markerName)).catch(() => undefined)) !== undefined;
}

/** The marker of an earlier restore that broke off serves as well. */
export async function setMarker(folder: string): Promise<void> {
  if (await hasMarker(folder)) return;
  const text = 'CBCR is restoring into this folder, or a restore broke off. It is incomplete: do not use it.\n';
  await writeFile(join(folder, markerName), text, { flag: 'wx', mode: 0o600, flush: true });
}

export async function removeMarker(folder: string): Promise<void> {
  await rm(join(folder, markerName));
}
