import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { collectOutput } from '../child-process/child-streams.ts';
import type { RestoreStream } from '../engine.ts';
import { type RestoreSettings, startListing, startRestore } from './restore-tool.ts';

/**
 * Indexes, constraints, triggers: statements, never rows. Only an archive that can be read at random is restored by several jobs, so it goes through a
 * file of the scratch folder.
 *
 * Several jobs make what locks one table alone. A foreign key locks two, and two that point at each other's tables, made at once, end in a deadlock.
 * pg_restore knows to keep them apart only when the tables are in the same archive, which they are not; so the rest is made one after the other.
 */
export async function restorePostData(
  settings: RestoreSettings,
  stream: RestoreStream,
  scratchFolder: string,
  jobs: number,
): Promise<void> {
  const folder = join(scratchFolder, 'post-data');
  await mkdir(folder, { mode: 0o700 });
  try {
    const archive = join(folder, 'dump');
    const written = createWriteStream(archive, { flags: 'wx', mode: 0o600 });
    await pipeline(stream.open(), written, { signal: settings.signal });
    if (written.bytesWritten !== stream.plaintextBytes) {
      throw new Error(`the stream ended after ${written.bytesWritten} of ${stream.plaintextBytes} bytes`);
    }
    const listFile = join(folder, 'list');
    await collectOutput(startListing(settings, archive, listFile));
    const { alone, together } = splitByLocks(await readFile(listFile, 'utf8'));
    const restore = async (entries: readonly string[], count: number) => {
      if (entries.length === 0) return;
      await writeFile(listFile, `${entries.join('\n')}\n`);
      await collectOutput(startRestore(settings, ['--section=post-data', `--use-list=${listFile}`, `--jobs=${count}`, archive]));
    };
    await restore(alone, Math.max(1, jobs));
    await restore(together, 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `3345; 2606 16434 CONSTRAINT shop customers customers_pkey owner`. Foreign keys are `FK CONSTRAINT`, which comes out as another kind. */
const locksOneTable = /^\d+; \d+ \d+ (?:CONSTRAINT|INDEX(?! ATTACH )) /;
/** What no index and no key ever needs. */
const isNeededByNone =
  /^\d+; (?:\d+ \d+ (?:ACL|CHECK CONSTRAINT|COMMENT|DEFAULT ACL|EVENT TRIGGER|FK CONSTRAINT|INDEX ATTACH|POLICY|PUBLICATION|ROW SECURITY|RULE|SECURITY LABEL|STATISTICS|TRIGGER)|0 \d+ MATERIALIZED VIEW DATA) /;

/**
 * The entries of a table of contents that several jobs may make, and all others, which come after them; both in its order, in which each finds what it needs. A
 * dump may define views and functions late, when they need keys: indexes behind them may be theirs.
 */
export function splitByLocks(list: string): { alone: string[]; together: string[] } {
  const entries = list.split('\n').filter((line) => /^\d+;/.test(line));
  const definition = entries.findIndex((entry) => !locksOneTable.test(entry) && !isNeededByNone.test(entry));
  const isAlone = (entry: string, position: number) => locksOneTable.test(entry) && (definition === -1 || position < definition);
  return { alone: entries.filter(isAlone), together: entries.filter((entry, position) => !isAlone(entry, position)) };
}
