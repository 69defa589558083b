/**
 * An S3 server that is never the bottleneck: it keeps nothing, and notes which worker's bytes arrived when. One process and one clock for
 * all workers, at the far end of their connections.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '@cbcr/domain';
import { type Arrival, bucket, type FromSink, readPrefix, type ToSink, writePrefix } from './sink-protocol.ts';

const tell = (message: FromSink) => process.send?.(message);
/** Small objects, with which a store finds out what a bucket can do. */
const kept = new Map<string, Buffer>();
const zeros = Buffer.alloc(64 * 1024 * 1024);

let arrivals = new Map<string, number>();
const note = (worker: number, bytes: number) => {
  const place = `${worker}:${systemClock.now().getTime()}`;
  arrivals.set(place, (arrivals.get(place) ?? 0) + bytes);
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://sink');
  const key = decodeURIComponent(pathname.slice(`/${bucket}/`.length));
  if (request.method === 'PUT') return await take(key, request, response);
  request.resume();
  if (request.method === 'DELETE') return void response.writeHead(204).end();
  const found = key.startsWith(readPrefix) ? zeros.subarray(0, Number(key.slice(readPrefix.length))) : kept.get(key);
  const isBucket = key === '';
  if (request.method === 'HEAD')
    response.writeHead(found === undefined && !isBucket ? 404 : 200, { 'content-length': found?.length ?? 0 }).end();
  else if (isBucket) response.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>');
  else if (found === undefined) response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  else response.writeHead(200, { 'content-length': found.length }).end(found);
}

async function take(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (key.startsWith(writePrefix)) {
    const worker = Number.parseInt(key.slice(writePrefix.length), 10);
    for await (const piece of request) note(worker, piece.length);
    return void response.writeHead(200).end();
  }
  const body = await buffer(request);
  if (request.headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex'))
    return void response.writeHead(400).end('<Error><Code>XAmzContentSHA256Mismatch</Code></Error>');
  if (request.headers['if-none-match'] === '*' && kept.has(key))
    return void response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
  kept.set(key, body);
  response.writeHead(200).end();
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) tell({ type: 'listening', port: address.port });
});
process.on('message', ({ type }: ToSink) => {
  if (type === 'tell') {
    const told = [...arrivals].map(([place, bytes]): Arrival => {
      const [worker = 0, atMs = 0] = place.split(':').map(Number);
      return [worker, atMs, bytes];
    });
    tell({ type: 'arrivals', arrivals: told });
  }
  arrivals = new Map();
});
process.once('disconnect', () => {
  server.close();
  server.closeAllConnections();
});
