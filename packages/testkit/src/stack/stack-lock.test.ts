import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock } from '@cbcr/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readProcessIdentity } from '../processes/process-identity.ts';
import { createTemporaryFolder } from '../processes/temporary-folder.ts';
import { withStackLock } from './stack-lock.ts';

let file: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  const folder = await createTemporaryFolder();
  file = join(folder.path, 'locks', 'stack.lock');
  remove = () => folder.remove();
});
afterEach(() => remove());

/** Time passes as it is waited for, and no faster. */
const steppingClock = (): Clock => {
  let ms = 0;
  return {
    ...systemClock,
    monotonicMs: () => ms,
    sleep: async (waited) => {
      ms += waited;
    },
  };
};

test('a command waits for the one before, and gives up when that one does not end', async () => {
  await withStackLock(file, systemClock, async () => {
    await expect(withStackLock(file, steppingClock(), async () => 'never')).rejects.toMatchObject({
      code: 'stack.busy',
      facts: { lock: file },
    });
    expect(existsSync(file)).toBe(true);
  });
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that has died is broken, also where another process has its number now', async () => {
  await withStackLock(file, systemClock, async () => undefined);
  writeFileSync(file, `${process.pid} not ${readProcessIdentity(process.pid)}`);
  expect(await withStackLock(file, steppingClock(), async () => 'done')).toBe('done');
});
