import { replicationRequestSchema, runViewSchema } from '@cbcr/client';
import { jobKinds } from '@cbcr/jobs';
import { planRun } from '@cbcr/operations';
import { describeRun } from '../../views/run-view.ts';
import { submitOverHttp } from '../submit-over-http.ts';
import type { Route } from './route.ts';

export const replications: Route = (app, deps) => {
  app.post(
    '/replications',
    {
      schema: {
        summary: 'Make the copy of a point in a placed region now; joins the run that already makes it',
        body: replicationRequestSchema,
        response: { 200: runViewSchema, 202: runViewSchema },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const kind = jobKinds.replicate.name;
      const asksFor = { kind, point: body.point, region: body.to };
      const { run, created } = await submitOverHttp(deps, request, asksFor, () => planRun(deps, { kind, ...body }));
      return reply.status(created ? 202 : 200).send(describeRun(run));
    },
  );
};
