import type { FastifyRequest } from 'fastify';

/** Who sent a request: `api` for the main token, otherwise the name that a temporary token was issued to. */
export interface Caller {
  readonly name: string;
  readonly holdsMainToken: boolean;
}

const callers = new WeakMap<FastifyRequest['raw'], Caller>();

export const rememberCaller = (request: Pick<FastifyRequest, 'raw'>, caller: Caller) => callers.set(request.raw, caller);

/** For runs and the audit trail. Only behind the token check. */
export function callerOf(request: Pick<FastifyRequest, 'raw'>): Caller {
  const caller = callers.get(request.raw);
  if (caller === undefined) throw new RangeError('the route is not behind the token check');
  return caller;
}
