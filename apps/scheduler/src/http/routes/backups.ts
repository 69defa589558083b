import { backupRequestSchema, runViewSchema } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { describeRun } from '../../views/run-view.ts';
import { readIdempotencyKey, requester } from '../requester.ts';
import type { Route } from './route.ts';

export const backups: Route = (app, { catalog }) => {
  app.post(
    '/backups',
    { schema: { summary: 'Back an instance up now', body: backupRequestSchema, response: { 200: runViewSchema, 202: runViewSchema } } },
    async (request, reply) => {
      const instance = await catalog.instances.get(request.body.instance);
      if (instance.retiredAt !== null) throw new CbcrError('instance.retired', { instance: instance.id });
      const { run, created } = await catalog.runs.create({
        kind: jobKinds.backup.name,
        region: instance.home,
        instance: instance.id,
        params: {},
        requestedBy: requester,
        idempotencyKey: readIdempotencyKey(request.headers),
      });
      return reply.status(created ? 202 : 200).send(describeRun(run));
    },
  );
};
