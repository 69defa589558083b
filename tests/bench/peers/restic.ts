import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readMachineEnvironment } from '@cbcr/config';
import { requirePostgresFolder } from '@cbcr/testkit';
import { environmentFor } from '../floors/dump.ts';
import { measureCommand } from '../measure/measure-command.ts';
import type { Figures } from '../measurements.ts';
import { requirePeer } from './find-peer.ts';

/** The same dump into a new encrypted repository in a folder: one copy, compressed where this restic can. */
export async function measureRestic(url: string, folder: string, plaintextBytes: number, serverPids: readonly number[]): Promise<Figures> {
  await requirePeer('restic', 'version');
  const repository = join(folder, 'restic');
  await rm(repository, { recursive: true, force: true });
  await mkdir(repository, { recursive: true });
  const environment = {
    ...environmentFor(url),
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD: 'measured',
    RESTIC_CACHE_DIR: join(folder, 'restic-cache'),
  };
  const dump = `'${join(requirePostgresFolder(readMachineEnvironment()), 'pg_dump')}' --format=custom --compress=0 --no-password`;
  await measureCommand('restic init --repository-version 2', { environment });
  const used = await measureCommand(`${dump} | restic backup --quiet --stdin --stdin-filename dump`, { environment, serverPids });
  return { ...used, plaintextBytes };
}
