import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { systemClock } from '@cbcr/domain';
import { waitUntil } from '@cbcr/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild } from './child-process.ts';
import { feedChild } from './child-streams.ts';

describe('feeding a child', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cbcr-feed-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });
  const start = (script: string, signal = new AbortController().signal) => {
    const child = startChild(
      { program: '/bin/sh', args: ['-c', script], environment: { PATH: '/usr/bin:/bin', FOLDER: folder } },
      { signal, clock: systemClock, secrets: [] },
    );
    child.stdout.resume();
    return child;
  };
  const swallow = 'cat > $FOLDER/data; echo whole > $FOLDER/end';

  it('brings every byte, then the end', async () => {
    await feedChild(start(swallow), Readable.from([Buffer.from('one '), Buffer.from('two')]), 7);
    expect(await readFile(join(folder, 'data'), 'utf8')).toBe('one two');
    expect(await readdir(folder)).toContain('end');
  });

  it('never lets the child believe in the end of a source that was too short', async () => {
    await expect(feedChild(start(swallow), Readable.from([Buffer.from('one')]), 7)).rejects.toThrow('ended after 3 of 7 bytes');
    expect(await readdir(folder)).not.toContain('end');
  });

  it('never lets the child believe in the end of a source that failed', async () => {
    const reason = new Error('a hash is wrong');
    const source = Readable.from(
      (function* () {
        yield Buffer.from('one two');
        throw reason;
      })(),
    );
    await expect(feedChild(start(swallow), source, 7)).rejects.toBe(reason);
    expect(await readdir(folder)).not.toContain('end');
  });

  it('reads the source to its end when the child needs no more', async () => {
    const source = Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(65_536)));
    await feedChild(start('exit 0'), source, 64 * 65_536);
    expect(source.readableEnded).toBe(true);
  });

  it('hears of a child that fails while the source is silent', async () => {
    const silent = new PassThrough();
    await expect(feedChild(start('exit 9'), silent, 7)).rejects.toMatchObject({ outcome: 'failed with exit code 9' });
    expect(silent.destroyed).toBe(true);
  });

  it('waits for a slow child instead of filling the memory', async () => {
    let pulledBytes = 0;
    const source = Readable.from(
      (function* () {
        for (;;) {
          pulledBytes += 65_536;
          yield Buffer.alloc(65_536);
        }
      })(),
    );
    const aborter = new AbortController();
    const child = start('exec sleep 600', aborter.signal);
    const fed = feedChild(child, source, Number.POSITIVE_INFINITY);
    const failed = expect(fed).rejects.toThrow('enough');
    expect(await waitUntil(() => child.stdin.writableNeedDrain, { deadlineMs: 60_000 })).toBe(true);
    expect(pulledBytes).toBeLessThan(4 * 1024 * 1024);
    aborter.abort(new Error('enough'));
    await failed;
  });
});
