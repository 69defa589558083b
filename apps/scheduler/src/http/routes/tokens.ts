import { issuedTokenViewSchema, issueTokenRequestSchema } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import { callerOf } from '../caller.ts';
import type { Route } from './route.ts';

export const tokens: Route = (app, { catalog, clock, temporaryTokens }) => {
  app.post(
    '/tokens',
    {
      schema: {
        summary: 'Issue a token that ends by itself; only with the main token',
        body: issueTokenRequestSchema,
        response: { 201: issuedTokenViewSchema },
      },
    },
    async (request, reply) => {
      const { name, lifetimeSeconds } = request.body;
      const caller = callerOf(request);
      // Otherwise a token would never end: it could issue the next one.
      if (!caller.holdsMainToken) throw new CbcrError('api.main-token-needed', { name: caller.name });
      const now = clock.now();
      const expires = new Date(now.getTime() + lifetimeSeconds * 1000);
      const token = await temporaryTokens.issue(name, expires, now);
      // Before anybody has it: no token is out there that nobody wrote down.
      await catalog.audit.append({ actor: caller.name, action: 'token.issued', subject: name, facts: { expires } });
      return reply.status(201).send({ name, token, expires: expires.toISOString() });
    },
  );
};
