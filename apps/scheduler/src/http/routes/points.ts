import { copyLockViewSchema, pointViewSchema, unlockRequestSchema } from '@cbcr/client';
import { instanceIdSchema, recoveryPointIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import { createInstanceReader } from '../../read-instance.ts';
import { describePoint } from '../../views/point-view.ts';
import { callerOf } from '../caller.ts';
import type { Route } from './route.ts';

export const points: Route = (app, deps) => {
  const { catalog } = deps;

  app.get(
    '/points',
    {
      schema: {
        summary: 'Recovery points, the newest capture first',
        querystring: z.strictObject({
          instance: instanceIdSchema.optional(),
          limit: z.coerce.number().int().min(1).max(500).optional(),
          cursor: recoveryPointIdSchema.optional(),
        }),
        response: { 200: z.array(pointViewSchema) },
      },
    },
    async ({ query }) => {
      if (query.instance !== undefined) await catalog.instances.get(query.instance);
      const readPlacement = createInstanceReader(deps);
      const found = await catalog.points.list(query);
      const locks = await catalog.protection.locks([...new Set(found.map(({ instance }) => instance))]);
      return Promise.all(
        found.map(async (point) => {
          const { placement, policy } = await readPlacement(point.instance);
          return describePoint(point, placement, policy.placement.synchronousMinimum, locks);
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
      return describePoint(point, placement, policy.placement.synchronousMinimum, await catalog.protection.locks([point.instance]));
    },
  );

  app.post(
    '/points/:id/unlock',
    {
      schema: {
        summary: 'Let a worker lift the governance lock of one copy: a recorded exception. A lock in compliance mode stays',
        params: z.strictObject({ id: recoveryPointIdSchema }),
        body: unlockRequestSchema,
        response: { 200: copyLockViewSchema },
      },
    },
    async (request) => {
      const { region, reason } = request.body;
      const lock = await catalog.protection.exempt({ point: request.params.id, region }, reason, callerOf(request).name);
      return { ...lock, until: lock.until.toISOString() };
    },
  );
};
