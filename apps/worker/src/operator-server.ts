import { createServer, type Server } from 'node:http';

export interface OperatorPages {
  /** Null when the worker can work; otherwise why not. */
  findTrouble(): string | null;
  metrics(): Promise<string>;
}

/** `/healthz`, `/readyz` and `/metrics` of a worker, for orchestrators. Nothing secret, nothing that changes anything. */
export async function startOperatorServer(at: { host: string; port: number }, pages: OperatorPages): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    switch (request.method === 'GET' ? request.url : undefined) {
      case '/healthz':
        return answer(200, JSON.stringify({ status: 'ok' }));
      case '/readyz': {
        const trouble = pages.findTrouble();
        return answer(trouble === null ? 200 : 503, JSON.stringify({ status: trouble ?? 'ok' }));
      }
      case '/metrics':
        pages.metrics().then(
          (text) => answer(200, text, 'text/plain; version=0.0.4; charset=utf-8'),
          () => answer(500, JSON.stringify({ status: 'the metrics could not be collected' })),
        );
        return;
      default:
        return answer(404, JSON.stringify({ status: 'unknown' }));
    }
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(at.port, at.host, resolve);
  await promise;
  return server;
}
