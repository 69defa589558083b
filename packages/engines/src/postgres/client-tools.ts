import { access, constants, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { CbcrError, type Clock } from '@cbcr/domain';
import { startChild } from '../child-process/child-process.ts';
import { collectOutput } from '../child-process/child-streams.ts';

/** A folder with pg_dump and pg_restore of one version. */
export interface ClientTools {
  folder: string;
  /** `15.18` */
  version: string;
  major: number;
}

/** Where the systems' packages put each major version; `*` is one folder. */
const usualFolders = [
  ['/usr/lib/postgresql', 'bin'],
  ['/usr', 'bin'],
  ['/usr/local', 'bin'],
  ['/opt/homebrew/opt', 'bin'],
  ['/usr/local/opt', 'bin'],
] as const;
const usualParents = /^(?:\d+(?:\.\d+)?|pgsql-\d+|postgresql(?:@\d+)?|libpq(?:@\d+)?)$/;
const usualPlain = ['/usr/local/bin', '/usr/bin'];

/** Every usable pair of tools, in order of preference: `folders` first, then the system's usual places. */
export async function findClientTools(
  folders: readonly string[],
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): Promise<ClientTools[]> {
  const seen = new Set<string>();
  const found: ClientTools[] = [];
  for (const folder of [...folders, ...(await systemFolders()), ...usualPlain]) {
    const programs = await Promise.all(['pg_dump', 'pg_restore'].map((tool) => programIn(folder, tool)));
    const [dump, restore] = programs;
    if (dump === undefined || restore === undefined || seen.has(dump)) continue;
    seen.add(dump);
    // Debian's wrapper chooses a version by rules of its own; the versions that it chooses from are found under their own folders.
    if (dump.endsWith('/pg_wrapper')) continue;
    const version = await versionOf(join(folder, 'pg_dump'), signal, clock);
    if (version !== undefined) found.push({ folder, version, major: Number.parseInt(version, 10) });
  }
  return found;
}

/**
 * The oldest tools that can dump the server: pg_dump refuses a newer server, and the archive of a newer pg_dump can only be restored by
 * tools that are as new, with statements that an older server may not know.
 */
export function chooseDumpTools(found: readonly ClientTools[], server: { version: string; major: number }): ClientTools {
  const newest = newestOf(found, 'pg_dump');
  const fitting = oldestFrom(found, server.major);
  if (fitting) return fitting;
  throw new CbcrError('engine.tool-too-old', { tool: 'pg_dump', toolVersion: newest.version, serverVersion: server.version });
}

/** The oldest tools that can read the archive and know the server. */
export function chooseRestoreTools(
  found: readonly ClientTools[],
  dumpedWith: string,
  server: { version: string; major: number },
): ClientTools {
  const newest = newestOf(found, 'pg_restore');
  const dumpMajor = Number.parseInt(dumpedWith, 10);
  const wanted = dumpMajor > server.major ? dumpedWith : server.version;
  const fitting = oldestFrom(found, Math.max(dumpMajor, server.major));
  if (fitting) return fitting;
  throw new CbcrError('engine.tool-too-old', { tool: 'pg_restore', toolVersion: newest.version, serverVersion: wanted });
}

function newestOf(found: readonly ClientTools[], tool: string): ClientTools {
  const newest = found.toSorted((a, b) => b.major - a.major)[0];
  if (!newest) throw new CbcrError('engine.tool-missing', { tool });
  return newest;
}

function oldestFrom(found: readonly ClientTools[], major: number): ClientTools | undefined {
  return found.filter((tools) => tools.major >= major).toSorted((a, b) => a.major - b.major)[0];
}

async function systemFolders(): Promise<string[]> {
  const lists = await Promise.all(
    usualFolders.map(async ([parent, last]) => {
      const names = await readdir(parent).catch(() => []);
      return names.filter((name) => usualParents.test(name)).map((name) => join(parent, name, last));
    }),
  );
  return lists.flat();
}

async function programIn(folder: string, tool: string): Promise<string | undefined> {
  const file = join(folder, tool);
  try {
    await access(file, constants.X_OK);
    return await realpath(file);
  } catch {
    return undefined;
  }
}

/** A program that does not answer like one of PostgreSQL is no candidate. */
async function versionOf(program: string, signal: AbortSignal, clock: Clock): Promise<string | undefined> {
  const command = { program, args: ['--version'], environment: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } };
  try {
    const output = await collectOutput(startChild(command, { signal, clock, secrets: [] }));
    return /\(PostgreSQL\) (\d+(?:\.\d+)*)/.exec(output)?.[1];
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
