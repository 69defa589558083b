import { holdCheckViewSchema, holdViewSchema, placeHoldRequestSchema, releaseHoldRequestSchema } from '@cbcr/client';
import { CbcrError, type Hold, type HoldSelector, holdIdSchema, type InstanceId, type RecoveryPointId } from '@cbcr/domain';
import { marginsOf, startHoldCheck } from '@cbcr/policy';
import { z } from 'zod';
import { planned } from '../../planned-instance.ts';
import { readHoldings, readSituation } from '../../read-situation.ts';
import { describeHoldChecks, describeHoldFully } from '../../views/hold-view.ts';
import { callerOf } from '../caller.ts';
import type { ApiDependencies, Route } from './route.ts';

export const holds: Route = (app, deps) => {
  const { catalog, clock } = deps;
  const params = z.strictObject({ id: holdIdSchema });
  const readRules = async () => (await catalog.rulebook.current()).rulebook.retention;
  const readMoment = async () => ({ now: clock.now(), releaseGraceMs: (await readRules()).releaseGrace.ms });

  app.get(
    '/holds',
    {
      schema: {
        summary: 'Legal holds, newest first; those that protect something now, or all that there ever were',
        querystring: z.strictObject({ all: z.stringbool().optional() }),
        response: { 200: z.array(holdViewSchema) },
      },
    },
    async ({ query }) => {
      const moment = await readMoment();
      const found = query.all === true ? await catalog.holds.list() : await catalog.holds.active(graceBegan(moment));
      return found.map((hold) => describeHoldFully(hold, moment));
    },
  );

  app.post(
    '/holds',
    { schema: { summary: 'Place a legal hold', body: placeHoldRequestSchema, response: { 200: holdViewSchema } } },
    async (request) => {
      const { matter = null, ...hold } = request.body;
      await requireKnown(deps, hold.selector);
      return describeHoldFully(await catalog.holds.place({ ...hold, matter }, callerOf(request).name), await readMoment());
    },
  );

  app.get(
    '/holds/check',
    {
      schema: {
        summary: 'What each hold covers now, where the stores enforce it, where they cannot and why, and where residency contradicts',
        querystring: z.strictObject({ hold: holdIdSchema.optional() }),
        response: { 200: holdCheckViewSchema },
      },
    },
    async ({ query }) => {
      const moment = await readMoment();
      const asked = query.hold === undefined ? await catalog.holds.active(graceBegan(moment)) : [await catalog.holds.get(query.hold)];
      const check = startHoldCheck(await readSituation(deps), asked);
      const ofPoints = await readInstancesOf(deps, asked);
      const concerned = (await catalog.instances.list({ retired: true })).filter((instance) =>
        check
          .concerning(planned(instance))
          .some(({ selector }) => selector.points?.some((point) => ofPoints.get(point) === instance.id) ?? true),
      );
      for (let begin = 0; begin < concerned.length; begin += pageSize) {
        const page = concerned.slice(begin, begin + pageSize);
        const effects = await catalog.protection.effects(page.map(({ id }) => id));
        const effectsOf = Map.groupBy(effects, ({ point }) => point);
        for await (const { instance, points } of readHoldings(deps, page)) {
          check.add(
            planned(instance),
            points,
            points.flatMap(({ id }) => effectsOf.get(id) ?? []),
          );
        }
      }
      return describeHoldChecks(check.checks(), moment);
    },
  );

  app.get('/holds/:id', { schema: { summary: 'One hold', params, response: { 200: holdViewSchema } } }, async (request) =>
    describeHoldFully(await catalog.holds.get(request.params.id), await readMoment()),
  );

  app.post(
    '/holds/:id/release',
    {
      schema: {
        summary: 'Release a hold; where the rules want two people, the first asks with a reason and the second approves',
        params,
        body: releaseHoldRequestSchema,
        response: { 200: holdViewSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { name } = callerOf(request);
      const release = async () => {
        const now = clock.now();
        const [{ placedAt }, { rulebook }, cooling] = await Promise.all([
          catalog.holds.get(id),
          catalog.rulebook.current(),
          catalog.retention.coolingVersions(now),
        ]);
        // What the hold was never under promised it nothing.
        const earlier = cooling.filter(({ endedAt }) => endedAt >= placedAt);
        const { releaseNeedsApproval, releaseGraceMs } = marginsOf(rulebook, earlier, now);
        if ('approve' in request.body) return catalog.holds.approveRelease(id, name, releaseGraceMs);
        return releaseNeedsApproval
          ? catalog.holds.requestRelease(id, request.body.reason, name)
          : catalog.holds.release(id, request.body.reason, name, releaseGraceMs);
      };
      return describeHoldFully(await release(), await readMoment());
    },
  );
};

/** What the stores of so many instances were told is in memory at a time. */
const pageSize = 500;

/** Where the points are that holds name. */
async function readInstancesOf({ catalog }: ApiDependencies, holds: readonly Hold[]): Promise<Map<RecoveryPointId, InstanceId>> {
  const points = new Set(holds.flatMap(({ selector }) => selector.points ?? []));
  const found = new Map<RecoveryPointId, InstanceId>();
  for (const point of points) found.set(point, (await catalog.points.get(point)).instance);
  return found;
}

const graceBegan = ({ now, releaseGraceMs }: { now: Date; releaseGraceMs: number }) => new Date(now.getTime() - releaseGraceMs);

/** A name with a slip in it would make a hold that covers nothing, and nobody would notice. */
async function requireKnown({ catalog }: ApiDependencies, { instances = [], regions = [], points = [] }: HoldSelector): Promise<void> {
  for (const instance of instances) await catalog.instances.get(instance);
  for (const point of points) await catalog.points.get(point);
  const known = (await catalog.regions.list({ unlisted: true })).map(({ id }) => id);
  const unknown = regions.find((region) => !known.includes(region));
  if (unknown !== undefined) throw new CbcrError('region.not-found', { region: unknown, known: known.join(', ') });
}
