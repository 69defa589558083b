import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

interface ReceivedRequest {
  method: string;
  path: string;
  body: unknown;
  authorization: string | undefined;
  idempotencyKey: string | undefined;
}

type Answer = { status?: number; body: unknown };

/** Answers by `METHOD /path`: each route's answers in order, the last one again and again. */
export async function startFakeScheduler(answers: Record<string, Answer | Answer[]>) {
  const received: ReceivedRequest[] = [];
  const given = new Map<string, number>();
  const answerOne = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const route = `${method} ${url}`;
    const body: unknown = method === 'POST' && headers['content-length'] !== undefined ? await json(request) : undefined;
    const key = headers['idempotency-key'];
    const idempotencyKey = Array.isArray(key) ? key[0] : key;
    received.push({ method, path: url, body, authorization: headers.authorization, idempotencyKey });
    const list = [
      answers[route] ?? { status: 404, body: { error: { code: 'api.route-unknown', message: `No ${route}.`, hint: '' } } },
    ].flat();
    const turn = given.get(route) ?? 0;
    given.set(route, turn + 1);
    const answer = list[Math.min(turn, list.length - 1)];
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer?.body));
  };
  const server = createServer((request, response) => {
    answerOne(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    environment: { CBCR_URL: `http://127.0.0.1:${port}`, CBCR_TOKEN: 'the-token' },
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
