import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CbcrError } from '@cbcr/domain';
import type { Environment } from './environment.ts';

/** The checkout that holds this package. */
export const checkoutFolder = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/[\\/]$/, '');

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The path of a program that set-up puts into `.tools/bin`, that is in PATH, or that Homebrew installed; undefined when missing. */
function findProgram(name: string, environment: Environment): string | undefined {
  const folders = [join(checkoutFolder, '.tools', 'bin'), ...(environment['PATH'] ?? '').split(delimiter).filter(Boolean)];
  return [...folders, '/opt/homebrew/bin', '/usr/local/bin'].map((folder) => join(folder, name)).find(isProgram);
}

export function requireProgram(name: string, environment: Environment): string {
  const path = findProgram(name, environment);
  if (path === undefined) throw new CbcrError('stack.program-missing', { program: name });
  return path;
}

export function findVersitygw(environment: Environment): string | undefined {
  const named = environment['CBCR_VERSITYGW'];
  return named !== undefined && named !== '' ? named : findProgram('versitygw', environment);
}

/**
 * The folder of one version's server and client programs. PATH wins, because that is the version the user chose; Debian and
 * Homebrew keep server programs out of PATH, where the highest version is taken. Errors: stack.program-missing.
 */
export function requirePostgresFolder(environment: Environment): string {
  const isComplete = (folder: string) => ['initdb', 'postgres', 'pg_dump'].every((name) => isProgram(join(folder, name)));
  const inPath = (environment['PATH'] ?? '').split(delimiter).filter(Boolean);
  const versioned = [
    ...listVersions('/usr/lib/postgresql', /^(\d+)/),
    ...listVersions('/opt/homebrew/opt', /^postgresql@?(\d*)$/),
    ...listVersions('/usr/local/opt', /^postgresql@?(\d*)$/),
    ...listVersions('/usr', /^pgsql-(\d+)$/),
  ];
  const found = [...inPath, ...versioned].find(isComplete);
  if (found === undefined) throw new CbcrError('stack.program-missing', { program: 'The PostgreSQL server (initdb, postgres, pg_dump)' });
  return found;
}

function listVersions(parent: string, pattern: RegExp): string[] {
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const version = pattern.exec(name)?.[1];
      return version === undefined ? [] : [{ folder: join(parent, name, 'bin'), version: Number(version) }];
    })
    .sort((a, b) => b.version - a.version)
    .map(({ folder }) => folder);
}
