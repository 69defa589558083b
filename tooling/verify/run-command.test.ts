import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

const run = (script: string, timeoutMs = 20_000) => runCommand(tmpdir(), [process.execPath, '-e', script], timeoutMs, false);

test('a command that ends well has no failure', async () => {
  expect(await run('console.log("out"); console.error("err")')).toMatchObject({
    failure: undefined,
    output: expect.stringContaining('err'),
  });
});

test('exit codes, signals and missing programs are failures', async () => {
  expect((await run('process.exit(3)')).failure).toBe('exit code 3');
  expect((await run('process.kill(process.pid, "SIGKILL")')).failure).toBe('was ended by SIGKILL');
  expect((await runCommand(tmpdir(), ['no-such-program'], 1000, false)).failure).toContain('ENOENT');
});

test('a command over its time limit is killed with its children', async () => {
  // The grandchild holds the output open: the command could not end before it.
  const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })`;
  expect((await run(grandchild, 500)).failure).toBe('took longer than 0.5 s');
});
