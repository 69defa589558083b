import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Stands in the target from before the first file until everything is in place; a folder that holds it is neither captured nor restored into. */
export const markerName = '.cbcr-restore-incomplete';

export async function hasMarker(folder: string): Promise<boolean> {
  return (await stat(join(folder, markerName)).catch(() => undefined)) !== undefined;
}

const markerText = 'CBCR is restoring into this folder, or a restore broke off. It is incomplete: do not use it.\n';

/** Names the owner from now on, also where an earlier restore broke off. */
export async function setMarker(folder: string, owner: string | undefined): Promise<void> {
  await writeFile(join(folder, markerName), `${markerText}${owner ?? ''}\n`, { mode: 0o600, flush: true });
}

/** Whether this owner left the folder incomplete. */
export async function isOwnedBy(folder: string, owner: string | undefined): Promise<boolean> {
  if (owner === undefined) return false;
  const text = await readFile(join(folder, markerName), 'utf8').catch(() => '');
  return text === `${markerText}${owner}\n`;
}

export async function removeMarker(folder: string): Promise<void> {
  await rm(join(folder, markerName));
}
