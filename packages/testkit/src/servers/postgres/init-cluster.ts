import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CbcrError } from '@cbcr/domain';
import type { SystemUser } from './data-folder.ts';

export interface Cluster {
  /** Where initdb and postgres are. */
  programs: string;
  /** Owned by `user`; the cluster is its folder `cluster`. */
  home: string;
  user: SystemUser | undefined;
  /** Superuser's name. */
  superuser: string;
  password: string;
  env: Record<string, string>;
  name: string;
}

/** Makes an empty cluster in UTF-8 with password authentication; does nothing when it is there. Gives the cluster's folder. */
export async function initCluster(cluster: Cluster): Promise<string> {
  const { programs, home, user, superuser, password, env } = cluster;
  const dataFolder = join(home, 'cluster');
  const doneFile = join(home, 'initialised');
  if (existsSync(doneFile)) return dataFolder;
  await rm(dataFolder, { recursive: true, force: true });

  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  try {
    await promisify(execFile)(
      join(programs, 'initdb'),
      [
        `--pgdata=${dataFolder}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // macOS has no locale of this name; byte order is the same.
        process.platform === 'darwin' ? '--locale=C' : '--locale=C.UTF-8',
        // The system writes the files within half a minute; until then a crash of the machine loses an empty cluster.
        '--no-sync',
        '--no-instructions',
      ],
      { cwd: home, env, ...user },
    );
  } catch (cause) {
    const log = join(home, 'initdb.log');
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    await writeFile(log, said);
    throw new CbcrError(
      'stack.start-failed',
      { process: `initdb of ${cluster.name}`, cause: said.split('\n').at(-1) ?? '', log },
      { cause },
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
  await writeFile(doneFile, '');
  return dataFolder;
}
