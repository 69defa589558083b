import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment, type Environment } from '../processes/environment.ts';
import { requirePostgresFolder } from '../processes/find-program.ts';

/** The database's schema as pg_dump writes it: statements by kind and name of the object. */
export async function dumpSchema(url: string, environment: Environment): Promise<Record<string, string>> {
  const { stdout } = await promisify(execFile)(
    join(requirePostgresFolder(environment), 'pg_dump'),
    ['--schema-only', '--no-owner', '--no-password', '--encoding=UTF8'],
    { env: childEnvironment(environment, connectionVariables(url)), maxBuffer: 256 * 1024 * 1024 },
  );
  return splitSchema(stdout);
}

/** The address goes by environment, because every user of the machine can read command lines. */
function connectionVariables(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: decodeURIComponent(hostname),
    PGPORT: port === '' ? '5432' : port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
}

/**
 * Splits pg_dump's text at its headings ("-- Name: …; Type: …; Schema: …"). What stands before the first heading (settings, versions,
 * a random \restrict key) is left out. Entries are kept by heading and not in order, because the order of independent objects may differ.
 */
export function splitSchema(text: string): Record<string, string> {
  const entries = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of text.split('\n')) {
    const heading = /^-- Name: (.*); Type: (.*); Schema: (.*); Owner: /.exec(line);
    if (heading !== null) {
      const [, name, type, schema] = heading;
      const key = `${type} ${schema === '-' ? '' : `${schema}.`}${name}`;
      current = entries.get(key) ?? [];
      entries.set(key, current);
    } else if (!isSetting(line)) current?.push(line);
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, lines]) => [key, trimFrame(lines.join('\n'))]));
}

/** Written before the first object that needs another value than the one before it. */
const isSetting = (line: string) => /^(SET default_\w+ = |\\(un)?restrict |-- PostgreSQL database dump)/.test(line);

/** The lines of dashes around an entry. A statement never ends with a dash. */
const trimFrame = (text: string) => text.replace(/^(--\s)?\s*/, '').replace(/[\s-]+$/, '');
