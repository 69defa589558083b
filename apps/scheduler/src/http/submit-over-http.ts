import type { CreatedRun } from '@cbcr/catalog';
import { submitRun } from '@cbcr/operations';
import { readIdempotencyKey, requester } from './requester.ts';
import type { ApiDependencies } from './routes/route.ts';

type Submission = Parameters<typeof submitRun>[1];

/** The run that the request's idempotency key stands for, or a new one as `plan` describes it. */
export function submitOverHttp(
  deps: Pick<ApiDependencies, 'catalog'>,
  headers: Record<string, unknown>,
  asksFor: Submission['asksFor'],
  plan: Parameters<typeof submitRun>[2],
): Promise<CreatedRun> {
  const idempotencyKey = readIdempotencyKey(headers);
  return submitRun(
    deps,
    { request: idempotencyKey?.replace(/^api:/, '') ?? 'without a key', idempotencyKey, requestedBy: requester, asksFor },
    plan,
  );
}
