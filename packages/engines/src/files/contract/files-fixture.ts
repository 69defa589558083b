import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  link,
  lstat,
  lutimes,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { systemClock } from '@cbcr/domain';
import type { EngineFixture, SourceKind } from '../../contract/engine-fixture.ts';
import { createFilesEngine } from '../files-engine.ts';

const largeFile = 'large.bin';

/** Folders under the system's temporary folder. */
export async function createFilesFixture(): Promise<EngineFixture> {
  const home = await mkdtemp(join(tmpdir(), 'cbcr-files-fixture-'));
  const makeFolder = async () => await mkdtemp(join(home, "folder 'ü' # ? % "));
  const fill: Record<SourceKind, (folder: string) => Promise<void>> = {
    rich: fillRich,
    empty: async () => {},
    large: async (folder) => await writeFile(join(folder, largeFile), randomBytes(24 * 1024 * 1024)),
  };
  const url = (folder: string) => pathToFileURL(folder).href;
  const list = async (connection: string) => await listTree(Buffer.from(fileURLToPath(connection)));
  const plainFile = join(home, 'plain file');
  await writeFile(plainFile, '');
  return {
    engine: createFilesEngine({ clock: systemClock }),
    makeSource: async (kind) => {
      const folder = await makeFolder();
      await fill[kind](folder);
      return url(folder);
    },
    makeEmptyTarget: async () => url(await makeFolder()),
    nameOf: fileURLToPath,
    compare: async (source, target) => {
      const [mine, theirs] = await Promise.all([list(source), list(target)]);
      return [
        ...mine.filter((line) => !theirs.includes(line)).map((line) => `only in the source: ${line}`),
        ...theirs.filter((line) => !mine.includes(line)).map((line) => `only in the target: ${line}`),
      ];
    },
    fingerprint: async (connection) => (await list(connection)).join('\n'),
    // The only way for a reader of files to be left without bytes is that they go away.
    killProducer: async (source) => await truncate(join(fileURLToPath(source), largeFile), 0),
    secrets: ['odd-secret-word'],
    failures: [
      { what: 'a folder that does not exist', connection: url(join(home, 'no such folder')), code: 'engine.database-missing' },
      { what: 'a file in place of the folder', connection: url(plainFile), code: 'engine.database-missing' },
    ],
    invalidConnections: [
      '/odd-secret-word',
      'file://odd-secret-word',
      'file:odd-secret-word',
      'file:///odd-secret-word?x',
      'file:///%00odd-secret-word',
      'postgres://user:odd-secret-word@host/shop',
    ],
    dispose: async () => {
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function fillRich(folder: string): Promise<void> {
  const at = (...parts: string[]) => join(folder, ...parts);
  await mkdir(at('empty folder'));
  await mkdir(at('ünï "çødé" 🚲', 'deep', 'er'), { recursive: true });
  await writeFile(at('ünï "çødé" 🚲', 'deep', 'er', 'new\nline\ttab'), 'contents');
  await writeFile(at('no contents'), '');
  await writeFile(at('exactly one block'), randomBytes(512));
  await writeFile(at('bytes'), randomBytes(700_001), { mode: 0o640 });
  await writeFile(at('n'.repeat(255)), 'a long name');
  await writeFile(Buffer.concat([Buffer.from(at('not utf-8 ')), Buffer.from([0xff, 0xfe])]), 'bytes in a name');
  await writeFile(at('..almost a parent'), 'x');
  await writeFile(at('-rf *'), 'x', { mode: 0o600 });
  await link(at('bytes'), at('the same bytes'));
  await symlink('bytes', at('link to a file'));
  await symlink('/etc/passwd', at('link out of the folder'));
  await symlink('../..', at('link upwards'));
  await symlink(Buffer.from([0x78, 0xff]), at('dangling link'));
  await chmod(at('no contents'), 0o755);
  await utimes(at('no contents'), 1, new Date('1961-04-12T06:07:00.250Z'));
  await utimes(at('exactly one block'), 1, new Date('2061-07-28T12:00:00.125Z'));
  await lutimes(at('link to a file'), 1, new Date('2001-02-03T04:05:06Z'));
  await mkdir(at('read-only'));
  await writeFile(at('read-only', 'inside'), 'x');
  await utimes(at('read-only'), 1, new Date('2011-11-11T11:11:11.111Z'));
  await chmod(at('read-only'), 0o555);
}

/** One line per entry: kind, rights, time, owner, number of links, contents or link, name. Milliseconds are what Node can restore of any time. */
async function listTree(root: Buffer, name = Buffer.from('.')): Promise<string[]> {
  const absolute = Buffer.concat([root, Buffer.from('/'), name]);
  const stats = await lstat(absolute);
  const facts = [
    (stats.mode & 0o7777).toString(8),
    Math.floor(stats.mtimeMs),
    stats.uid,
    stats.gid,
    stats.isFile() ? stats.nlink : '',
    name.toString('latin1'),
  ];
  if (stats.isSymbolicLink()) return [`link ${facts.join(' ')} -> ${(await readlink(absolute, 'buffer')).toString('latin1')}`];
  if (stats.isFile())
    return [
      `file ${facts.join(' ')} = ${createHash('sha256')
        .update(await readFile(absolute))
        .digest('hex')}`,
    ];
  const names = await readdir(absolute, 'buffer');
  const inside = await Promise.all(names.map((inner) => listTree(root, Buffer.concat([name, Buffer.from('/'), inner]))));
  return [`folder ${facts.join(' ')}`, ...inside.flat()];
}
