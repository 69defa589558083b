import { backupRequestSchema, runViewSchema } from '@cbcr/client';
import { jobKinds } from '@cbcr/jobs';
import { planRun } from '@cbcr/operations';
import { describeRun } from '../../views/run-view.ts';
import { submitOverHttp } from '../submit-over-http.ts';
import type { Route } from './route.ts';

export const backups: Route = (app, deps) => {
  app.post(
    '/backups',
    { schema: { summary: 'Back an instance up now', body: backupRequestSchema, response: { 200: runViewSchema, 202: runViewSchema } } },
    async (request, reply) => {
      const { body } = request;
      const kind = jobKinds.backup.name;
      const asksFor = { kind, instance: body.instance };
      const { run, created } = await submitOverHttp(deps, request, asksFor, () => planRun(deps, { kind, ...body }));
      return reply.status(created ? 202 : 200).send(describeRun(run));
    },
  );
};
