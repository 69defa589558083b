import { probeRequestSchema, runViewSchema } from '@cbcr/client';
import { jobKinds } from '@cbcr/jobs';
import { planRun } from '@cbcr/operations';
import { describeRun } from '../../views/run-view.ts';
import { submitOverHttp } from '../submit-over-http.ts';
import type { Route } from './route.ts';

export const probes: Route = (app, deps) => {
  app.post(
    '/probes',
    {
      schema: {
        summary: 'Try now what the store of a region can do; joins the run that already does it',
        body: probeRequestSchema,
        response: { 200: runViewSchema, 202: runViewSchema },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const kind = jobKinds.probe.name;
      const asksFor = { kind, ...body };
      const { run, created } = await submitOverHttp(deps, request, asksFor, () => planRun(deps, { kind, ...body }));
      return reply.status(created ? 202 : 200).send(describeRun(run));
    },
  );
};
