import { createHash, timingSafeEqual } from 'node:crypto';
import { CbcrError, type Clock } from '@cbcr/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from './caller.ts';
import type { TemporaryTokens } from './temporary-tokens.ts';

/** Digests have equal lengths, so that the comparison tells nothing about the token, not even its length. */
const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Accepts the main token or a temporary one as `Authorization: Bearer TOKEN` (programs) or as the password of HTTP basic authentication
 * (browsers, any user name), and says who sent it. A missing or wrong token ends in `api.unauthorised`, one that has ended in `api.token-expired`.
 */
export function createTokenCheck(
  { token, clock }: { token: string; clock: Pick<Clock, 'now'> },
  temporaryTokens: Pick<TemporaryTokens, 'verify'>,
): (request: FastifyRequest) => Promise<Caller> {
  const wanted = digest(token);
  return async (request) => {
    const given = readToken(request.headers.authorization);
    if (given === null) throw new CbcrError('api.unauthorised', {});
    if (timingSafeEqual(digest(given), wanted)) return { name: 'api', holdsMainToken: true };
    const name = await temporaryTokens.verify(given, clock.now());
    if (name === null) throw new CbcrError('api.unauthorised', {});
    return { name, holdsMainToken: false };
  };
}

function readToken(header: string | undefined): string | null {
  const [scheme, value] = header?.split(' ', 2) ?? [];
  if (value === undefined) return null;
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() !== 'basic') return null;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
}

/** A browser sends basic credentials with every request to this address, also those that another site made it send. */
export function refuseForeignOrigin(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { origin, host } = request.headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) {
    throw new CbcrError('api.origin-refused', { origin: origin.slice(0, 200) });
  }
}

export function challengeBrowser(reply: FastifyReply): void {
  reply.header('www-authenticate', 'Basic realm="CBCR", charset="UTF-8"');
}
