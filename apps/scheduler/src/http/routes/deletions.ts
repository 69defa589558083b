import {
  confirmationViewSchema,
  confirmDeletionsRequestSchema,
  deletePointRequestSchema,
  deletionViewSchema,
  plannedDeletionViewSchema,
} from '@cbcr/client';
import { instanceIdSchema, recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { planDeletions } from '@cbcr/operations';
import { z } from 'zod';
import { callerOf } from '../caller.ts';
import type { Route } from './route.ts';

/** How long a confirmation of bulk protection lasts: long enough for what it was asked for, and no licence. */
const confirmedForMs = 24 * 3_600_000;

export const deletions: Route = (app, deps) => {
  const { catalog, clock } = deps;

  app.get(
    '/deletions',
    {
      schema: {
        summary: 'Copies that are marked as expiring or being deleted, oldest first',
        response: { 200: z.array(deletionViewSchema) },
      },
    },
    async () => {
      const open = await catalog.deletions.listOpen();
      return open.map(({ point, instance, region, purpose, requestedBy, plannedAt, begunAt }) => ({
        ...{ point, instance, region, purpose, requestedBy },
        plannedAt: plannedAt.toISOString(),
        begunAt: begunAt?.toISOString() ?? null,
      }));
    },
  );

  app.post(
    '/points/:id/deletion',
    {
      schema: {
        summary: 'Ask the deletion gate about a point, or one copy of it; without dryRun, what it allows expires',
        params: z.strictObject({ id: recoveryPointIdSchema }),
        body: deletePointRequestSchema,
        response: { 200: z.array(plannedDeletionViewSchema) },
      },
    },
    async (request) => {
      const { params, body } = request;
      const point = await catalog.points.get(params.id);
      if (body.region !== undefined) await catalog.regions.get(body.region);
      const by = callerOf(request).name;
      const copies = point.copies
        .filter(({ region, state }) => (body.region === undefined || region === body.region) && state !== 'deleted' && state !== 'expiring')
        .map(({ region }) => ({ instance: point.instance, point: point.id, region }));
      const planned = await planDeletions(deps, copies, {
        purpose: 'manual',
        wholePoint: body.region === undefined,
        request: { by, reason: body.reason },
        requestedBy: by,
        dryRun: body.dryRun,
      });
      return planned.map(({ verdict, ...one }) => ({ ...one, allowed: verdict.allow, reasons: verdict.reasons }));
    },
  );

  app.post(
    '/deletions/confirmations',
    {
      schema: {
        summary: 'A person confirms what bulk protection or a doubt about the time has stopped',
        body: confirmDeletionsRequestSchema,
        response: { 200: confirmationViewSchema },
      },
    },
    async (request) => {
      const { scope, reason } = request.body;
      const by = callerOf(request).name;
      if (scope === 'clock') {
        await catalog.clockWatch.confirm(by, reason);
        return { scope, until: null };
      }
      const [kind, name] = scope.split(':');
      if (kind === 'region') await catalog.regions.get(regionIdSchema.parse(name));
      else await catalog.instances.get(instanceIdSchema.parse(name));
      const until = new Date(clock.now().getTime() + confirmedForMs);
      await catalog.deletionConfirmations.confirm(scope, until, by, reason);
      return { scope, until: until.toISOString() };
    },
  );
};
