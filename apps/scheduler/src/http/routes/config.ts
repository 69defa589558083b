import { applyConfigRequestSchema } from '@cbcr/client';
import { z } from 'zod';
import { requester } from '../requester.ts';
import type { Route } from './route.ts';

export const config: Route = (app, deps) => {
  app.post(
    '/config',
    {
      schema: {
        summary: 'Apply the text of a cbcr.yaml: all of it, or nothing and every problem',
        body: applyConfigRequestSchema,
        response: { 200: z.object({ regions: z.number(), policies: z.number(), instances: z.number() }) },
      },
    },
    async ({ body }) => {
      const { regions, policies, instances } = await deps.config.applyText(body.text, body.file, requester);
      return { regions: regions.length, policies: policies.length, instances: instances.length };
    },
  );
};
