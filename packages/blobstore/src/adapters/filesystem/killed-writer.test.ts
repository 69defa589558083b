import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { regionIdSchema, systemClock } from '@cbcr/domain';
import { createTemporaryFolder, waitUntil } from '@cbcr/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createFilesystemBlobStore } from './filesystem-blob-store.ts';

const writer = fileURLToPath(new URL('./fixtures/write-forever.ts', import.meta.url));
const bodyBytes = 16 * 1024 * 1024;

async function createRoot(): Promise<string> {
  const folder = await createTemporaryFolder();
  onTestFinished(() => folder.remove());
  return folder.path;
}

test('a writer that is killed in the middle of a put leaves no part of an object, and every finished object whole', async () => {
  const root = await createRoot();
  const finished: string[] = [];
  const child = spawn(process.execPath, [writer, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', (key) => finished.push(key));
  const temporaryFiles = () => readdir(join(root, '.tmp')).catch(() => []);

  // Killed while a temporary file exists: the put is between its first byte and its publication.
  const isWriting = async () => finished.length >= 2 && (await temporaryFiles()).length > 0;
  const caught = await waitUntil(isWriting, { deadlineMs: 60_000, intervalMs: 1, clock: systemClock });
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(caught).toBe(true);

  const store = createFilesystemBlobStore({ region: regionIdSchema.parse('disk'), root, clock: systemClock });
  const found: string[] = [];
  for await (const { key, sizeBytes } of store.list('')) {
    expect(sizeBytes).toBe(bodyBytes);
    expect(Buffer.from(await store.get(key)).equals(Buffer.alloc(bodyBytes, 'x'))).toBe(true);
    found.push(key);
  }
  // The last one may have been published just before its line was printed.
  expect(found.length - finished.length).toBeLessThanOrEqual(1);
  expect(found).toEqual(expect.arrayContaining(finished));
});

test('what killed writers left behind is removed by a probe after a day, and not before', async () => {
  const root = await createRoot();
  const store = createFilesystemBlobStore({ region: regionIdSchema.parse('disk'), root, clock: systemClock });
  await store.probe();
  const now = systemClock.now().getTime() / 1000;
  const leave = async (name: string, ageHours: number) => {
    const path = join(root, '.tmp', name);
    await writeFile(path, 'left');
    await utimes(path, now - ageHours * 3600, now - ageHours * 3600);
  };
  await leave('old', 25);
  await leave('young', 23);
  await store.probe();
  expect(await readdir(join(root, '.tmp'))).toEqual(['young']);
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  expect(keys).toEqual([]);
});
