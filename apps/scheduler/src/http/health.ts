import { isCbcrError } from '@cbcr/domain';
import type { FastifyInstance } from 'fastify';

/** What must answer before this process may be sent requests. Each check rejects with the reason. */
export type HealthChecks = Readonly<Record<string, () => Promise<void>>>;

/** `/healthz`: the process lives. `/readyz`: everything that it needs answers; names what does not, and 503. */
export function describeHealth(app: FastifyInstance, checks: HealthChecks): void {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await outcomeOf(check)] as const));
    const ready = results.every(([, outcome]) => outcome === 'ok');
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', checks: Object.fromEntries(results) });
  });
}

async function outcomeOf(check: () => Promise<void>): Promise<string> {
  try {
    await check();
    return 'ok';
  } catch (error) {
    return isCbcrError(error) ? error.message : 'failed';
  }
}
