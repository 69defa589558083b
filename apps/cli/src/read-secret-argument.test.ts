import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { readSecretArgument } from './read-secret-argument.ts';

const folder = mkdtempSync(join(tmpdir(), 'cbcr-secret-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (value: string | undefined, file: string | undefined, stdin = '') =>
  readSecretArgument({ option: '--target', value, file }, Readable.from([stdin]));

test('a value comes from the command line, from standard input or from a file', async () => {
  const file = join(folder, 'url');
  writeFileSync(file, 'postgres://file\n');
  expect(await read('postgres://word', undefined)).toBe('postgres://word');
  expect(await read('-', undefined, 'postgres://stdin\n')).toBe('postgres://stdin');
  expect(await read(undefined, file)).toBe('postgres://file');
});

test('exactly one of both is wanted', async () => {
  await expect(read(undefined, undefined)).rejects.toMatchObject({
    code: 'usage.invalid',
    message: expect.stringMatching(/--target or --target-file/),
  });
  await expect(read('a', 'b')).rejects.toMatchObject({ code: 'usage.invalid' });
});

test('an empty value and an unreadable file are refused', async () => {
  await expect(read('-', undefined, ' \n')).rejects.toMatchObject({ code: 'usage.invalid', message: expect.stringMatching(/empty/) });
  await expect(read(undefined, join(folder, 'none'))).rejects.toMatchObject({
    code: 'usage.file-unreadable',
    message: expect.stringMatching(/cannot be read: ENOENT/),
  });
});
