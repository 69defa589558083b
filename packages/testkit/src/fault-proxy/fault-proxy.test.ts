import { connect, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '@cbcr/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitUntil } from '../processes/wait-until.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

let echo: Server;
let proxy: FaultProxy;
let opened: Socket[];
beforeEach(async () => {
  opened = [];
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const address = echo.address();
  proxy = await startFaultProxy({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
afterEach(async () => {
  for (const socket of opened) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

function open() {
  const seen = { text: '', closed: false, ended: false, error: '' };
  const socket = connect(proxy.port, '127.0.0.1');
  opened.push(socket);
  socket.on('data', (chunk) => {
    seen.text += chunk.toString();
  });
  socket.on('end', () => {
    seen.ended = true;
  });
  socket.on('close', () => {
    seen.closed = true;
  });
  socket.on('error', (error) => {
    seen.error = 'code' in error ? String(error.code) : error.message;
  });
  return { socket, seen };
}
const until = async (condition: () => boolean) => expect(await waitUntil(condition, { deadlineMs: 5_000, intervalMs: 2 })).toBe(true);

test('without a fault everything passes, the end included', async () => {
  const { socket, seen } = open();
  socket.end('hello');
  await until(() => seen.ended);
  expect(seen).toMatchObject({ text: 'hello', error: '' });
  await until(() => proxy.openConnections() === 0);
});

test('a refusing service resets open and new connections, and can come back', async () => {
  const before = open();
  before.socket.write('a');
  await until(() => before.seen.text === 'a');
  proxy.set({ kind: 'refuse' });
  await until(() => before.seen.closed);
  expect(before.seen.error).toBe('ECONNRESET');
  const during = open();
  await until(() => during.seen.closed);
  expect(proxy.fired()).toBe(2);
  proxy.set({ kind: 'pass' });
  const after = open();
  after.socket.write('b');
  await until(() => after.seen.text === 'b');
});

test('a stall holds everything back, and loses nothing when it ends', async () => {
  proxy.set({ kind: 'stall' });
  const { socket, seen } = open();
  socket.write('held');
  await until(() => proxy.fired() > 0);
  expect(seen.text).toBe('');
  proxy.set({ kind: 'pass' });
  await until(() => seen.text === 'held');
});

test('a cut resets the connection after exactly so many bytes', async () => {
  proxy.set({ kind: 'cut', afterBytes: 3 });
  const { socket, seen } = open();
  socket.write('abcdef');
  await until(() => seen.closed);
  expect('abc'.startsWith(seen.text)).toBe(true);
  expect(proxy.fired()).toBe(1);
});

test('a throttle slows down', async () => {
  proxy.set({ kind: 'throttle', bytesPerSecond: 10_000 });
  const { socket, seen } = open();
  const start = systemClock.monotonicMs();
  socket.write('x'.repeat(500));
  await until(() => seen.text.length === 500);
  expect(systemClock.monotonicMs() - start).toBeGreaterThan(90);
});

test('a half-open connection stays silent and open after the service has gone', async () => {
  const { socket, seen } = open();
  socket.write('a');
  await until(() => seen.text === 'a');
  proxy.set({ kind: 'half-open' });
  socket.write('b');
  const later = open();
  later.socket.write('c');
  await until(() => proxy.fired() > 1);
  expect(later.seen).toMatchObject({ text: '', closed: false });
  expect(seen).toMatchObject({ text: 'a', closed: false, ended: false });
});

test('a forgotten connection stays silent and open while new ones work', async () => {
  const { socket, seen } = open();
  socket.write('a');
  await until(() => seen.text === 'a');
  proxy.set({ kind: 'forget' });
  socket.write('b');
  const later = open();
  later.socket.write('c');
  await until(() => later.seen.text === 'c');
  proxy.set({ kind: 'pass' });
  later.socket.write('d');
  await until(() => later.seen.text === 'cd');
  expect(seen).toMatchObject({ text: 'a', closed: false, ended: false });
});
