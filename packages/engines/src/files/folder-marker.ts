import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestoreOwner } from '../engine.ts';

/** Stands in the target from before the first file until everything is in place; a folder that holds it is neither captured nor restored into. */
export const markerName = '.cbcr-restore-incomplete';

export async function hasMarker(folder: string): Promise<boolean> {
  return (await stat(join(folder, markerName)).catch(() => undefined)) !== undefined;
}

const markerText = 'CBCR is restoring into this folder, or a restore broke off. It is incomplete: do not use it.\n';
const signed = (owner: RestoreOwner | undefined) => `${markerText}${owner === undefined ? '' : `${owner.id} ${owner.attempt}`}\n`;

/** Names the owner from now on, also where an earlier restore broke off. */
export async function setMarker(folder: string, owner: RestoreOwner | undefined): Promise<void> {
  await writeFile(join(folder, markerName), signed(owner), { mode: 0o600, flush: true });
}

/** Whose incomplete restore this is. Null without a marker, or when nobody signed it. */
export async function readOwner(folder: string): Promise<RestoreOwner | null> {
  const text = await readFile(join(folder, markerName), 'utf8').catch(() => '');
  const [, id, attempt] = /\n(\w+) (\d+)\n$/.exec(text) ?? [];
  return id === undefined ? null : { id, attempt: Number(attempt) };
}

/** Whether this owner, in this or an earlier attempt, left the folder incomplete. */
export async function isOwnedBy(folder: string, owner: RestoreOwner | undefined): Promise<boolean> {
  return owner !== undefined && (await readOwner(folder))?.id === owner.id;
}

/** Whether exactly this attempt may write into the folder now. */
export async function isHeldBy(folder: string, owner: RestoreOwner | undefined): Promise<boolean> {
  return (await readFile(join(folder, markerName), 'utf8').catch(() => '')) === signed(owner);
}

export async function removeMarker(folder: string): Promise<void> {
  await rm(join(folder, markerName));
}
