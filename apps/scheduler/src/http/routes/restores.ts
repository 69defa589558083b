import { type RestoreRequest, restorePlanViewSchema, restoreRequestSchema, runViewSchema } from '@cbcr/client';
import { isCbcrError } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { decideRestore, describeRestoreRun, rankPointSources, requireReadableCopy } from '@cbcr/operations';
import { describeRun } from '../../views/run-view.ts';
import { acceptConnection } from '../accept-connection.ts';
import { callerOf } from '../caller.ts';
import { submitOverHttp } from '../submit-over-http.ts';
import type { ApiDependencies, Route } from './route.ts';

export const restores: Route = (app, deps) => {
  app.post(
    '/restores/plan',
    {
      schema: {
        summary: 'From which copies a restore would read, and why; starts nothing',
        body: restoreRequestSchema.omit({ target: true, jobs: true, clean: true }),
        response: { 200: restorePlanViewSchema },
      },
    },
    async ({ body }) => {
      const { facts, point } = await decideRestore(deps, body);
      const { ranking, excluded } = rankPointSources(facts, point, body.to);
      const { id, instance, plaintextBytes, storedBytes } = point;
      const ranked = ranking.map(({ region, rank, reasons }) => ({ region, rank, reasons }));
      const capturedAt = point.capturedAt.toISOString();
      return { instance, point: id, capturedAt, to: body.to, plaintextBytes, storedBytes, ranking: ranked, excluded };
    },
  );

  app.post(
    '/restores',
    {
      schema: {
        summary: 'Restore a point into an empty database, by the workers of a region',
        body: restoreRequestSchema,
        response: { 200: runViewSchema, 202: runViewSchema },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const asksFor = { kind: jobKinds.restore.name, instance: body.instance, point: body.point, region: body.to };
      const { run, created } = await submitOverHttp(deps, request, asksFor, async () => {
        const { facts, point } = await decideRestore(deps, body).catch((error) => recordRefusal(deps, callerOf(request).name, body, error));
        requireReadableCopy(facts, point, body.to);
        const target = acceptConnection(deps, point.engine, body.target);
        return describeRestoreRun(point, { to: body.to, target, jobs: body.jobs, clean: body.clean, drill: body.drill });
      });
      return reply.status(created ? 202 : 200).send(describeRun(run));
    },
  );
};

/** Where data may not be restored is a decision; a point that does not exist is none. */
async function recordRefusal({ catalog }: ApiDependencies, actor: string, asked: RestoreRequest, error: unknown): Promise<never> {
  if (isCbcrError(error, 'placement.region-forbidden')) {
    const { instance, point, to: region } = asked;
    const facts = { instance, region, code: error.code, message: error.message };
    await catalog.audit.append({ actor, action: 'restore.refused', subject: point ?? `newest of ${instance}`, facts });
  }
  throw error;
}
