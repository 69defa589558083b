import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface IgnorantS3Server {
  endpoint: string;
  /** Requests so far, as `METHOD key`. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Speaks just enough S3 to hold objects, and ignores signatures, checksums and `If-None-Match`: every put overwrites. */
export async function startIgnorantS3Server(): Promise<IgnorantS3Server> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://ignorant');
    const [, , ...parts] = url.pathname.split('/');
    const key = decodeURIComponent(parts.join('/'));
    requests.push(`${request.method} ${key}`);
    const body = await buffer(request);
    if (key === '') return answerBucket(request, response, url);
    if (request.method === 'PUT') objects.set(key, body);
    if (request.method === 'DELETE') objects.delete(key);
    if (request.method === 'PUT') return response.writeHead(200).end();
    if (request.method === 'DELETE') return response.writeHead(204).end();
    const found = objects.get(key);
    if (found === undefined) return response.writeHead(404).end(request.method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>');
    return response.writeHead(200, { 'content-length': found.length }).end(request.method === 'HEAD' ? '' : found);
  };

  const answerBucket = (request: IncomingMessage, response: ServerResponse, url: URL) => {
    if (request.method === 'HEAD') return response.writeHead(200).end();
    if (url.searchParams.get('list-type') !== '2') return response.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>');
    const prefix = url.searchParams.get('prefix') ?? '';
    const after = url.searchParams.get('start-after') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)?.length}</Size></Contents>`);
    return response.writeHead(200).end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`);
  };

  const server = createServer((request, response) => {
    // A client that gives up in the middle of its body gets no answer.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
