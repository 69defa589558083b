import { readFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface SystemUser {
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root: then it runs as the system's postgres user, or else as nobody. Undefined when we are not root. */
export function findServerUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return { uid: 65_534, gid: 65_534 };
}

/**
 * A folder inside `folder` that `user` owns; outside of it, in /var/tmp, when the user could not pass one of the parents
 * (/root is closed to all others). The choice is written down in `folder`, so that a restart finds the same data.
 */
export async function prepareDataFolder(folder: string, user: SystemUser | undefined): Promise<string> {
  const noteFile = join(folder, 'data-folder');
  const noted = await readFile(noteFile, 'utf8').catch(() => undefined);
  if (noted !== undefined) return noted;
  await mkdir(folder, { recursive: true });
  let home = join(await realpath(folder), 'data');
  if (user === undefined || (await canPass(await realpath(folder), user))) await mkdir(home, { recursive: true, mode: 0o700 });
  else home = await mkdtemp('/var/tmp/cbcr-postgres-');
  if (user !== undefined) await chown(home, user.uid, user.gid);
  await writeFile(noteFile, home);
  return home;
}

/** Removes a server's data, also those that had to be placed elsewhere. The server must have been stopped. */
export async function removeDataFolder(folder: string): Promise<void> {
  const noted = await readFile(join(folder, 'data-folder'), 'utf8').catch(() => undefined);
  if (noted !== undefined) await rm(noted, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

async function canPass(folder: string, user: SystemUser): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const { mode, uid, gid } = await stat(path);
    const needed = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & needed) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
