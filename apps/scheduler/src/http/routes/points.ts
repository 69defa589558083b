import { pointViewSchema } from '@cbcr/client';
import { instanceIdSchema, recoveryPointIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import { createInstanceReader } from '../../read-instance.ts';
import { describePoint } from '../../views/point-view.ts';
import type { Route } from './route.ts';

export const points: Route = (app, deps) => {
  const { catalog } = deps;

  app.get(
    '/points',
    {
      schema: {
        summary: 'Recovery points, the newest capture first',
        querystring: z.strictObject({ instance: instanceIdSchema.optional(), limit: z.coerce.number().int().min(1).max(500).optional() }),
        response: { 200: z.array(pointViewSchema) },
      },
    },
    async ({ query }) => {
      if (query.instance !== undefined) await catalog.instances.get(query.instance);
      const readPlacement = createInstanceReader(deps);
      const found = await catalog.points.list(query);
      return Promise.all(
        found.map(async (point) => {
          const { placement, policy } = await readPlacement(point.instance);
          return describePoint(point, placement, policy.placement.synchronousMinimum);
        }),
      );
    },
  );

  app.get(
    '/points/:id',
    {
      schema: {
        summary: 'One recovery point with its copies',
        params: z.strictObject({ id: recoveryPointIdSchema }),
        response: { 200: pointViewSchema },
      },
    },
    async ({ params }) => {
      const point = await catalog.points.get(params.id);
      const { placement, policy } = await createInstanceReader(deps)(point.instance);
      return describePoint(point, placement, policy.placement.synchronousMinimum);
    },
  );
};
