import { appliedConfigSchema, applyConfigRequestSchema } from '@cbcr/client';
import { callerOf } from '../caller.ts';
import type { Route } from './route.ts';

export const config: Route = (app, deps) => {
  app.post(
    '/config',
    {
      schema: {
        summary: 'Apply the text of a cbcr.yaml: all of it, or nothing and every problem',
        body: applyConfigRequestSchema,
        response: { 200: appliedConfigSchema },
      },
    },
    async (request) => {
      const { text, file, ...change } = request.body;
      const { regions, policies, instances, ...applied } = await deps.config.applyText(text, file, {
        actor: callerOf(request).name,
        ...change,
      });
      const { version, changed, retired } = applied;
      return { regions: regions.length, policies: policies.length, instances: instances.length, version, changed, retired };
    },
  );
};
