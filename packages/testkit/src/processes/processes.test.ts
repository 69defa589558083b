import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findVersitygw, requireProgram } from './find-program.ts';
import { isPortFree } from './free-port.ts';
import { readProcessIdentity } from './process-identity.ts';
import { isProcessAlive, killProcess, stopProcess } from './process-record.ts';
import { spawnProcess } from './spawn-process.ts';
import { startOnPort, startReady } from './start-ready.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cbcr-processes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const shell = (name: string, script: string) => ({
  name,
  command: '/bin/sh',
  args: ['-c', script],
  env: { PATH: '/usr/bin:/bin' },
  logFile: join(folder, `${name}.log`),
});

test('a process is stopped together with its children', async () => {
  const { record, exited } = await spawnProcess(shell('family', 'sleep 60 & echo ready; wait'), 'detached');
  expect(isProcessAlive(record)).toBe(true);
  expect(await stopProcess(record)).toBe('stopped');
  expect(await exited).toBe('signal SIGTERM');
  expect(await stopProcess(record)).toBe('absent');
});

test('a process that ignores the request is killed at the deadline', async () => {
  const spec = shell('stubborn', 'trap "" TERM; echo ready; while :; do sleep 1; done');
  const record = await startReady(spec, { lifetime: 'detached', isReady: async () => readFileSync(spec.logFile, 'utf8') !== '' });
  expect(await stopProcess(record, { deadlineMs: 50 })).toBe('killed');
  expect(isProcessAlive(record)).toBe(false);
});

test('a pid that now belongs to another process is never signalled', async () => {
  const { record, exited } = await spawnProcess(shell('other', 'sleep 60'), 'detached');
  const stale = { ...record, identity: 'an earlier process' };
  expect(isProcessAlive(stale)).toBe(false);
  expect(await stopProcess(stale)).toBe('absent');
  await killProcess(stale);
  expect(readProcessIdentity(record.pid)).toBe(record.identity);
  await killProcess(record);
  expect(await exited).toBe('signal SIGKILL');
});

test('a program that ends before it is ready fails with the name of its log and its last words', async () => {
  const start = startReady(shell('broken', 'echo no such thing; exit 3'), { lifetime: 'detached', isReady: async () => false });
  await expect(start).rejects.toMatchObject({
    code: 'stack.start-failed',
    message: 'broken of the local stack did not start: it ended with exit code 3 (no such thing).',
    facts: { log: join(folder, 'broken.log') },
  });
});

test('a program that does not become ready in time is killed', async () => {
  const start = startReady(shell('slow', 'sleep 60'), { lifetime: 'detached', isReady: async () => false, deadlineMs: 50 });
  await expect(start).rejects.toThrow('did not become ready within 0.05 s');
});

test('a port that another program took in between is chosen again, a port that was asked for is not', async () => {
  const tried: number[] = [];
  const start = async (port: number) => {
    tried.push(port);
    const script = tried.length < 3 ? 'echo "bind: Address already in use"; exit 1' : 'sleep 60';
    const record = await startReady(shell(`port-${port}`, script), { lifetime: 'detached', isReady: async () => tried.length === 3 });
    await killProcess(record);
    return port;
  };
  expect(await startOnPort(undefined, start)).toBe(tried[2]);
  expect(new Set(tried).size).toBe(3);
  tried.length = 0;
  await expect(startOnPort(1, start)).rejects.toMatchObject({ code: 'stack.start-failed' });
});

test('a port in use is not free', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await isPortFree(port)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  expect(await isPortFree(port)).toBe(true);
});

test('a program that is not installed is named, and one that is named by the environment is taken', () => {
  expect(() => requireProgram('a-program-that-nobody-has', { PATH: '/usr/bin' })).toThrow(
    expect.objectContaining({ code: 'stack.program-missing', facts: { program: 'a-program-that-nobody-has' } }),
  );
  expect(requireProgram('sh', { PATH: '/nowhere:/bin' })).toBe('/bin/sh');
  expect(findVersitygw({ CBCR_VERSITYGW: '/opt/versitygw' })).toBe('/opt/versitygw');
});
