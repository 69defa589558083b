import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readMachineEnvironment } from '@cbcr/config';
import { requirePostgresFolder } from '@cbcr/testkit';
import { measureCommand } from '../measure/measure-command.ts';
import type { Figures } from '../measurements.ts';

/** The least that any dump of this database costs: nothing compresses, encrypts or stores it. */
export async function measureDumpToNowhere(url: string, plaintextBytes: number, serverPids: readonly number[]): Promise<Figures> {
  const used = await measureCommand(`${dumpProgram()} > /dev/null`, { environment: environmentFor(url), serverPids });
  return { ...used, plaintextBytes };
}

/** What people do without a backup program. */
export async function measureDumpToZstd(url: string, file: string, serverPids: readonly number[]): Promise<Figures> {
  const used = await measureCommand(`${dumpProgram()} | zstd -q -T0 -f -o '${file}'`, { environment: environmentFor(url), serverPids });
  return { ...used, plaintextBytes: await countPlaintext(file), storedBytes: (await stat(file)).size };
}

async function countPlaintext(file: string): Promise<number> {
  const counted = `${file}.size`;
  await measureCommand(`zstd -q -dc '${file}' | wc -c > '${counted}'`, { environment: readMachineEnvironment() });
  return Number(await readFile(counted, 'utf8'));
}

const dumpProgram = () =>
  `'${join(requirePostgresFolder(readMachineEnvironment()), 'pg_dump')}' --format=custom --compress=0 --no-password`;

/** For the tools of libpq: passwords never stand on a command line. */
export function environmentFor(url: string): Record<string, string | undefined> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    ...readMachineEnvironment(),
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
}
