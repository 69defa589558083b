import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { environmentFor } from '../floors/dump.ts';
import { measureCommand } from '../measure/measure-command.ts';
import type { Figures } from '../measurements.ts';
import { requirePeer } from './find-peer.ts';

/**
 * A full backup of the whole server, which is all that it can do, into a new encrypted repository in a folder: it copies the server's files, so
 * Postgres reads no rows and nothing is left to dump or load. The generated database is nearly all that the server holds. Write-ahead logs are
 * not archived, as the measured server archives none.
 */
export async function measurePgBackRest(
  adminUrl: string,
  folder: string,
  plaintextBytes: number,
  serverPids: readonly number[],
): Promise<Figures> {
  await requirePeer('pgbackrest', 'version');
  const repository = join(folder, 'pgbackrest');
  await rm(repository, { recursive: true, force: true });
  await mkdir(repository, { recursive: true });
  const { dataFolder, clusterBytes } = await askServer(adminUrl);
  const { port, username } = new URL(adminUrl);
  const environment = { ...environmentFor(adminUrl), PGBACKREST_REPO1_CIPHER_PASS: 'measured' };
  const options = [
    '--config=/dev/null --stanza=measured',
    `--pg1-path='${dataFolder}' --pg1-port=${port} --pg1-user=${username} --pg1-database=postgres`,
    `--repo1-path='${repository}/repository' --repo1-cipher-type=aes-256-cbc`,
    `--log-path='${repository}' --lock-path='${repository}' --log-level-file=off --log-level-console=error`,
  ].join(' ');
  await measureCommand(`pgbackrest ${options} stanza-create`, { environment });
  const how = '--type=full --compress-type=zst --compress-level=1 --process-max=2 --start-fast --no-archive-check';
  const used = await measureCommand(`pgbackrest ${options} ${how} backup`, { environment, serverPids });
  return { ...used, plaintextBytes, detail: { clusterBytes } };
}

async function askServer(url: string): Promise<{ dataFolder: string; clusterBytes: number }> {
  const sql = postgres(url, { max: 1 });
  try {
    const [row] = await sql<{ folder: string; bytes: number }[]>`
      select current_setting('data_directory') as folder, (select sum(pg_database_size(oid)) from pg_database)::float8 as bytes`;
    if (row === undefined) throw new Error('the server does not say where its data are');
    return { dataFolder: row.folder, clusterBytes: row.bytes };
  } finally {
    await sql.end();
  }
}
