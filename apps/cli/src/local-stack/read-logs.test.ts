import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogFollower, readLastLines } from './read-logs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cbcr-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function log(process: string, ...lines: string[]) {
  const file = join(folder, `${process}.log`);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return { process, file };
}
const json = (second: number, msg: string) => `{"level":"info","time":"2026-11-23T07:00:0${second}.000Z","msg":"${msg}"}`;

test('several logs become one in the order of time, and a line without a time follows the one before it', () => {
  const one = log('one', json(1, 'a'), '  at stack', json(4, 'd'));
  const two = log('two', json(2, 'b'), '2026-11-23 07:00:03.000 UTC [1] LOG: c');
  const lines = readLastLines([one, two], 10).map(({ process, line }) => `${process} ${line.slice(-6)}`);
  expect(lines).toEqual([
    `one ${json(1, 'a').slice(-6)}`,
    'one  stack',
    `two ${json(2, 'b').slice(-6)}`,
    'two LOG: c',
    `one ${json(4, 'd').slice(-6)}`,
  ]);
});

test('only the last lines are given, and a missing log has none', () => {
  const one = log('one', 'a', 'b', 'c');
  expect(readLastLines([one, { process: 'none', file: join(folder, 'none.log') }], 2).map(({ line }) => line)).toEqual(['b', 'c']);
});

test('a follower gives what is added, whole lines only, and survives a log that begins anew', () => {
  const one = log('one', 'old');
  const next = createLogFollower([one]);
  expect(next()).toEqual([]);
  appendFileSync(one.file, 'new\nhal');
  expect(next().map(({ line }) => line)).toEqual(['new']);
  appendFileSync(one.file, 'f\n');
  expect(next().map(({ line }) => line)).toEqual(['half']);
  writeFileSync(one.file, 'x\n');
  expect(next().map(({ line }) => line)).toEqual(['x']);
});
