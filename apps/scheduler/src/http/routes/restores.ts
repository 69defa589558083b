import type { PointRecord } from '@cbcr/catalog';
import { restorePlanViewSchema, restoreRequestSchema, runViewSchema } from '@cbcr/client';
import { CbcrError, type InstanceId, type RecoveryPointId, type RegionId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { type DecisionFacts, rankPointSources } from '@cbcr/operations';
import { checkRestoreTarget } from '@cbcr/policy';
import { createInstanceReader } from '../../read-instance.ts';
import { describeRun } from '../../views/run-view.ts';
import { acceptConnection } from '../accept-connection.ts';
import { readIdempotencyKey, requester } from '../requester.ts';
import type { ApiDependencies, Route } from './route.ts';

export const restores: Route = (app, deps) => {
  app.post(
    '/restores/plan',
    {
      schema: {
        summary: 'From which copies a restore would read, and why; starts nothing',
        body: restoreRequestSchema.omit({ target: true, jobs: true }),
        response: { 200: restorePlanViewSchema },
      },
    },
    async ({ body }) => {
      const { facts, point } = await decide(deps, body);
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
      const { point } = await decide(deps, body);
      const target = acceptConnection(deps, point.engine, body.target);
      const { run, created } = await deps.catalog.runs.create({
        kind: jobKinds.restore.name,
        region: body.to,
        instance: point.instance,
        point: point.id,
        params: jobKinds.restore.params.parse({ point: point.id, to: body.to, target, jobs: body.jobs }),
        requestedBy: requester,
        idempotencyKey: readIdempotencyKey(request.headers),
      });
      return reply.status(created ? 202 : 200).send(describeRun(run));
    },
  );
};

/** Refuses early what the worker would refuse later: an unknown point, a point of another instance, a forbidden region. */
async function decide(
  deps: ApiDependencies,
  wanted: { instance: InstanceId; point?: RecoveryPointId | undefined; to: RegionId },
): Promise<{ facts: DecisionFacts; point: PointRecord }> {
  const facts = await createInstanceReader(deps)(wanted.instance);
  const region = facts.regions.find((candidate) => candidate.id === wanted.to);
  if (region === undefined) {
    throw new CbcrError('region.not-found', { region: wanted.to, known: facts.regions.map(({ id }) => id).join(', ') });
  }
  const verdict = checkRestoreTarget({ instance: facts.instance, policy: facts.policy, region });
  if (!verdict.allowed) {
    throw new CbcrError('placement.region-forbidden', { region: region.id, instance: wanted.instance, cause: verdict.reason.text });
  }
  return { facts, point: await choosePoint(deps, wanted) };
}

async function choosePoint(
  { catalog }: ApiDependencies,
  { instance, point: id }: { instance: InstanceId; point?: RecoveryPointId | undefined },
): Promise<PointRecord> {
  const point = id === undefined ? await catalog.points.latestRestorable(instance) : await catalog.points.get(id);
  if (point === null) throw new CbcrError('point.none', { instance });
  if (point.instance !== instance) throw new CbcrError('point.not-found', { point: point.id });
  if (point.state !== 'complete') throw new CbcrError('point.not-complete', { point: point.id, state: point.state });
  return point;
}
