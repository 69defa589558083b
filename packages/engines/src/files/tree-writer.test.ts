import { lstat, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveHeader } from './archive-names.ts';
import { TreeWriter } from './tree-writer.ts';

describe('an archive that was made to do harm', () => {
  let home: string;
  let target: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'cbcr-tree-'));
    target = join(home, 'target');
    await mkdir(target);
  });
  afterEach(async () => {
    await rm(home, { recursive: true });
  });

  const unpack = async (headers: readonly ArchiveHeader[]) => {
    const archive = pack();
    for (const header of headers) {
      if (header.type === 'file' || header.type === undefined) archive.entry(header, 'harm');
      else archive.entry(header);
    }
    archive.finalize();
    const reader = extract();
    archive.pipe(reader);
    const writer = new TreeWriter(target);
    for await (const entry of reader) await writer.add(entry);
  };

  it.each<[string, ArchiveHeader[]]>([
    ['climbs out of its folder', [{ name: '../harm' }]],
    ['climbs out from the middle', [{ name: 'a', type: 'directory' }, { name: 'a/../../harm' }]],
    ['climbs out with a folder', [{ name: '..', type: 'directory' }]],
    ['has an absolute name', [{ name: '/tmp/cbcr-harm' }]],
    ['has an empty part', [{ name: 'a', type: 'directory' }, { name: 'a//harm' }]],
    ['hides its name in a record of ours', [{ name: 'fine', pax: { 'CBCR.path': Buffer.from('../harm').toString('hex') } }]],
    ['writes through a link to a folder', [{ name: 'out', type: 'symlink', linkname: '..' }, { name: 'out/harm' }]],
    [
      'makes a folder of a link',
      [
        { name: 'out', type: 'symlink', linkname: '..' },
        { name: 'out', type: 'directory' },
      ],
    ],
    ['writes through a link to a file', [{ name: 'out', type: 'symlink', linkname: '../harm' }, { name: 'out' }]],
    ['writes a file twice', [{ name: 'a' }, { name: 'a' }]],
    ['links hard to a file outside', [{ name: 'a', type: 'link', linkname: '../../etc/passwd' }]],
    [
      'links hard to a link',
      [
        { name: 'out', type: 'symlink', linkname: '/etc/passwd' },
        { name: 'a', type: 'link', linkname: 'out' },
      ],
    ],
    ['brings a device', [{ name: 'a', type: 'character-device' }]],
    ['has no folder for a file', [{ name: 'no/such/folder' }]],
  ])('is refused when it %s', async (_, headers) => {
    await expect(unpack(headers)).rejects.toThrow();
    expect(await readdir(home)).toEqual(['target']);
  });

  it('may hold names that only look dangerous', async () => {
    await unpack([{ name: '..a' }, { name: '...' }, { name: 'b..', type: 'directory' }, { name: 'b../c' }, { name: '-rf' }]);
    expect(await readdir(target)).toEqual(['-rf', '...', '..a', 'b..']);
    expect(await readFile(join(target, 'b..', 'c'), 'utf8')).toBe('harm');
  });

  it('keeps a link that points outside, because nothing is written through it', async () => {
    await unpack([{ name: 'out', type: 'symlink', linkname: '/etc/passwd' }]);
    expect((await lstat(join(target, 'out'))).isSymbolicLink()).toBe(true);
  });
});
