import { runViewSchema } from '@cbcr/client';
import { instanceIdSchema, isFinalRunState, type RunState, runIdSchema, runTransitions } from '@cbcr/domain';
import { type JobKindName, jobKinds } from '@cbcr/jobs';
import { z } from 'zod';
import { describeRun } from '../../views/run-view.ts';
import { callerOf } from '../caller.ts';
import type { Route } from './route.ts';

const states = z.enum(Object.keys(runTransitions) as [RunState, ...RunState[]]);
const kinds = z.enum(Object.keys(jobKinds) as [JobKindName, ...JobKindName[]]);
const byId = z.strictObject({ id: runIdSchema });

export const runs: Route = (app, { catalog, queues }) => {
  app.get(
    '/runs',
    {
      schema: {
        summary: 'Runs, the newest first',
        querystring: z.strictObject({
          instance: instanceIdSchema.optional(),
          kind: kinds.optional(),
          state: states.optional(),
          limit: z.coerce.number().int().min(1).max(500).optional(),
        }),
        response: { 200: z.array(runViewSchema) },
      },
    },
    async ({ query: { state, ...filter } }) => {
      if (filter.instance !== undefined) await catalog.instances.get(filter.instance);
      return (await catalog.runs.list({ ...filter, ...(state === undefined ? {} : { states: [state] }) })).map(describeRun);
    },
  );

  app.get('/runs/:id', { schema: { summary: 'One run', params: byId, response: { 200: runViewSchema } } }, async ({ params }) =>
    describeRun(await catalog.runs.get(params.id)),
  );

  app.post(
    '/runs/:id/cancel',
    { schema: { summary: 'Cancel a run, waiting or running', params: byId, response: { 202: runViewSchema } } },
    async (request, reply) => {
      const { params } = request;
      const run = await catalog.runs.requestCancel(params.id, callerOf(request).name);
      // The catalog has decided. Redis only makes it quick, so its absence is no reason to answer with an error.
      const hint = isFinalRunState(run.state)
        ? queues.remove(run.kind as JobKindName, run.region, run.id)
        : queues.announceCancel(run.region, run.id);
      await hint.catch((error: unknown) => app.log.warn({ err: error, runId: run.id }, 'the queue could not be told of a cancellation'));
      return reply.status(202).send(describeRun(run));
    },
  );
};
