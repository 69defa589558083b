import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '@cbcr/domain';
import { waitUntil } from '@cbcr/testkit';
import { describe, expect, it } from 'vitest';
import { isRunning, listChildren } from '../contract/children.ts';
import { ChildFailure, type ChildSettings, startChild } from './child-process.ts';
import { readFromChild } from './child-streams.ts';

const settings = (changes: Partial<ChildSettings> = {}): ChildSettings => ({
  signal: new AbortController().signal,
  clock: systemClock,
  secrets: [],
  ...changes,
});
const shell = (script: string) => ({ program: '/bin/sh', args: ['-c', script], environment: { PATH: '/usr/bin:/bin' } });
const same = (failure: unknown) => failure;
const hasGone = async (pids: readonly number[]) =>
  await waitUntil(async () => (await Promise.all(pids.map(isRunning))).every((running) => !running), { deadlineMs: 60_000 });

/** What a reader meets: the bytes, and how it came to an end. */
async function read(script: string, changes: Partial<ChildSettings> = {}) {
  const stream = readFromChild(startChild(shell(script), settings(changes)), same);
  let text = '';
  let ended = false;
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  stream.on('end', () => {
    ended = true;
  });
  const failed = once(stream, 'error').then(([error]) => error as unknown);
  const outcome = await Promise.race([failed, once(stream, 'end').then(() => undefined)]);
  return { text, ended, failure: outcome };
}

describe('the output of a child', () => {
  it('ends after exit code 0', async () => {
    expect(await read('printf whole')).toEqual({ text: 'whole', ended: true, failure: undefined });
  });

  it.each([
    ['printf part; exit 3', 'failed with exit code 3'],
    ['printf part; kill -KILL $$', 'was killed by SIGKILL'],
    // The pipe ends long before the exit code is known.
    ['printf part; exec 1>&-; sleep 0.2; exit 4', 'failed with exit code 4'],
  ])('fails and never ends after: %s', async (script, outcome) => {
    const result = await read(script);
    expect(result).toMatchObject({ text: 'part', ended: false, failure: { outcome } });
    expect(result.failure).toBeInstanceOf(ChildFailure);
  });

  it('fails when the program cannot be started', async () => {
    const child = startChild({ ...shell(''), program: '/no/such/program' }, settings());
    await expect(child.completed).rejects.toMatchObject({ tool: 'program', spawnCode: 'ENOENT' });
    await child.stop();
  });

  it('waits for a slow reader instead of filling the memory', async () => {
    const child = startChild(shell('head -c 100000000 /dev/zero'), settings());
    const stream = readFromChild(child, same);
    await once(stream, 'readable');
    expect(await waitUntil(() => child.stdout.isPaused(), { deadlineMs: 60_000 })).toBe(true);
    expect(stream.readableLength).toBeLessThan(1024 * 1024);
    stream.destroy();
    await once(stream, 'close');
  });

  it('keeps a failure that came while nobody listened, and ends no process by it', async () => {
    const stream = readFromChild(startChild(shell('exit 3'), settings()), same);
    const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
    await closed;
    await expect(stream.toArray()).rejects.toMatchObject({ outcome: 'failed with exit code 3' });
  });

  it('comes with what the child said last, without secrets', async () => {
    const { failure } = await read('echo the word is odd-secret >&2; exit 1', { secrets: ['odd-secret'] });
    expect(failure).toMatchObject({ stderrTail: 'the word is [secret]\n' });
  });
});

describe('an abort', () => {
  it('ends the child and everything that it started, and rejects with the reason', async () => {
    const aborter = new AbortController();
    const child = startChild(shell('sleep 600 & sleep 600 & echo ready; wait'), settings({ signal: aborter.signal }));
    await once(child.stdout, 'data');
    const pids = (await listChildren()).map(({ pid }) => pid);
    expect(pids).toHaveLength(3);
    const reason = new Error('enough');
    aborter.abort(reason);
    await expect(child.completed).rejects.toBe(reason);
    expect(await hasGone(pids)).toBe(true);
  });

  it('kills a child that ignores the request, after one second of the clock', async () => {
    const waited: number[] = [];
    const clock: Clock = {
      ...systemClock,
      sleep: async (ms) => {
        waited.push(ms);
      },
    };
    const aborter = new AbortController();
    const child = startChild(shell("trap '' TERM; echo ready; while :; do sleep 0.1; done"), settings({ signal: aborter.signal, clock }));
    await once(child.stdout, 'data');
    aborter.abort(new Error('enough'));
    await expect(child.completed).rejects.toThrow('enough');
    expect(waited).toEqual([1000]);
  });

  it('starts nothing when it came first', () => {
    expect(() => startChild(shell('true'), settings({ signal: AbortSignal.abort(new Error('enough')) }))).toThrow('enough');
  });
});

describe('the end of this process', () => {
  it.each([
    ['fails', ['throw'], undefined],
    ['is killed', [], 'SIGKILL'],
  ] as const)('leaves no children when it %s', async (_, args, signal) => {
    const owner = spawn(process.execPath, [fileURLToPath(new URL('fixtures/owner.ts', import.meta.url)), ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = await once(owner.stdout, 'data');
    const [leader = 0, inner = 0] = String(line).trim().split(' ').map(Number);
    if (signal) owner.kill(signal);
    await once(owner, 'exit');
    // After a kill nobody is left to clean up: the child dies at its next word, because nobody holds the other end of its pipe.
    expect(await hasGone([leader])).toBe(true);
    if (signal) process.kill(inner);
    else expect(await hasGone([inner])).toBe(true);
  });
});
