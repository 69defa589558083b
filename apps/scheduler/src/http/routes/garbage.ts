import type { RunRecord } from '@cbcr/catalog';
import { garbageCollectionViewSchema, garbageSearchRequestSchema, garbageViewSchema, runViewSchema } from '@cbcr/client';
import { CbcrError, type RunId, runIdSchema } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { planCollections, planSearch, startCollections } from '@cbcr/operations';
import { z } from 'zod';
import { describeRun } from '../../views/run-view.ts';
import { callerOf } from '../caller.ts';
import { submitOverHttp } from '../submit-over-http.ts';
import type { ApiDependencies, Route } from './route.ts';

const { name: kind, result } = jobKinds.garbage;
const byRun = z.strictObject({ run: runIdSchema });

export const garbage: Route = (app, deps) => {
  app.post(
    '/garbage/searches',
    {
      schema: {
        summary: 'Look for what dead attempts left in the store of a region; changes nothing, and joins the search that already does it',
        body: garbageSearchRequestSchema,
        response: { 200: runViewSchema, 202: runViewSchema },
      },
    },
    async (request, reply) => {
      const { region, instance } = request.body;
      const { run, created } = await submitOverHttp(deps, request, { kind, region, instance }, () => planSearch(deps, request.body));
      return reply.status(created ? 202 : 200).send(describeRun(run));
    },
  );

  app.get(
    '/garbage/searches/:run',
    {
      schema: {
        summary: 'What a search found that nobody refers to, and whether the deletion gate lets it go',
        params: byRun,
        response: { 200: garbageViewSchema },
      },
    },
    async (request) => {
      const { search, found } = await requireSearch(deps, request.params.run);
      return { region: search.region, search: search.id, ...found };
    },
  );

  app.post(
    '/garbage/searches/:run/collection',
    {
      schema: {
        summary: 'Start the runs that remove what a search found; each asks the deletion gate again, and none starts twice',
        params: byRun,
        response: { 200: garbageCollectionViewSchema },
      },
    },
    async (request) => {
      const { search, found } = await requireSearch(deps, request.params.run);
      const { runs, waiting } = await startCollections(deps, planCollections(search, found, callerOf(request).name));
      return { runs: runs.map(describeRun), waiting };
    },
  );
};

async function requireSearch({ catalog }: ApiDependencies, id: RunId) {
  const search: RunRecord = await catalog.runs.get(id);
  if (search.kind !== kind)
    throw new CbcrError('run.without-result', { run: id, cause: `it is a ${search.kind}, not a search for garbage` });
  if (search.state !== 'succeeded') throw new CbcrError('run.without-result', { run: id, cause: `it is ${search.state}` });
  return { search, found: result.parse(search.result) };
}
