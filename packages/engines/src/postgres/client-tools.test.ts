import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@cbcr/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseDumpTools, chooseRestoreTools, findClientTools } from './client-tools.ts';

const tools = [14, 16, 18].map((major) => ({ folder: `/pg/${major}`, version: `${major}.3`, major }));
const server = (major: number) => ({ version: `${major}.1`, major });

describe('the tools for a server', () => {
  it.each([
    [13, 14],
    [14, 14],
    [15, 16],
    [18, 18],
  ])('dump a server %i with the oldest that can, %i', (serverMajor, chosen) => {
    expect(chooseDumpTools(tools, server(serverMajor)).major).toBe(chosen);
  });

  it.each([
    ['16.2', 14, 16],
    ['14.2', 17, 18],
    ['14.2', 14, 14],
  ])('restore what %s dumped into a server %i with %i', (dumpedWith, serverMajor, chosen) => {
    expect(chooseRestoreTools(tools, dumpedWith, server(serverMajor)).major).toBe(chosen);
  });

  it('are refused when they are older than the server or the archive', () => {
    expect(() => chooseDumpTools(tools, server(19))).toThrow('pg_dump 18.3 is older than the server (19.1)');
    expect(() => chooseRestoreTools(tools, '19.2', server(15))).toThrow(expect.objectContaining({ code: 'engine.tool-too-old' }));
  });

  it('are missed by name', () => {
    expect(() => chooseDumpTools([], server(15))).toThrow(
      expect.objectContaining({ code: 'engine.tool-missing', facts: { tool: 'pg_dump' } }),
    );
    expect(() => chooseRestoreTools([], '15.1', server(15))).toThrow('pg_restore');
  });
});

describe('the search for tools', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cbcr-tools-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });
  const install = async (name: string, says: string, programs = ['pg_dump', 'pg_restore']) => {
    const place = join(folder, name);
    await mkdir(place);
    for (const program of programs) {
      await writeFile(join(place, program), `#!/bin/sh\necho '${says}'\n`);
      await chmod(join(place, program), 0o755);
    }
    return place;
  };

  it('takes folders that have both tools of PostgreSQL, the given ones first', async () => {
    const folders = [
      await install('old', 'pg_dump (PostgreSQL) 9.6.24'),
      await install('new', 'pg_dump (PostgreSQL) 17.2 (Debian 17.2-1)'),
      await install('half', 'pg_dump (PostgreSQL) 16.1', ['pg_dump']),
      await install('other', 'something else 1.0'),
      join(folder, 'nowhere'),
    ];
    const found = await findClientTools(folders, { signal: new AbortController().signal, clock: systemClock });
    expect(found.slice(0, 2)).toEqual([
      { folder: folders[0], version: '9.6.24', major: 9 },
      { folder: folders[1], version: '17.2', major: 17 },
    ]);
    expect(found.slice(2).every((tools) => !tools.folder.startsWith(folder))).toBe(true);
  });
});
