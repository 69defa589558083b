import type { CreatedRun } from '@cbcr/catalog';
import { submitRun } from '@cbcr/operations';
import type { FastifyRequest } from 'fastify';
import { callerOf } from './caller.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import type { ApiDependencies } from './routes/route.ts';

type Submission = Parameters<typeof submitRun>[1];

/** The run that the request's idempotency key stands for, or a new one as `plan` describes it. */
export function submitOverHttp(
  deps: Pick<ApiDependencies, 'catalog'>,
  request: Pick<FastifyRequest, 'headers' | 'raw'>,
  asksFor: Submission['asksFor'],
  plan: Parameters<typeof submitRun>[2],
): Promise<CreatedRun> {
  const idempotencyKey = readIdempotencyKey(request.headers);
  return submitRun(
    deps,
    { request: idempotencyKey?.replace(/^api:/, '') ?? 'without a key', idempotencyKey, requestedBy: callerOf(request).name, asksFor },
    plan,
  );
}
