import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isGroupAlive } from './process-group.ts';
import { isProcessAlive, type ProcessRecord } from './process-record.ts';
import { waitUntil } from './wait-until.ts';

const owner = fileURLToPath(new URL('./fixtures/owner.ts', import.meta.url));

test('a process that is killed leaves neither its guarded children nor its temporary folders behind', async () => {
  const child = spawn(process.execPath, [owner], { stdio: ['ignore', 'pipe', 'inherit'] });
  let started: { record: ProcessRecord; folder: string } | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    started = JSON.parse(line);
    break;
  }
  if (started === undefined) throw new Error('the owner said nothing');
  const { record, folder } = started;
  expect(isProcessAlive(record)).toBe(true);
  expect(existsSync(folder)).toBe(true);

  child.kill('SIGKILL');
  expect(await waitUntil(() => !isGroupAlive(record.pid) && !existsSync(folder), { deadlineMs: 60_000 })).toBe(true);
});
