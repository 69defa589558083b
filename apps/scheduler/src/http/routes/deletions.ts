import {
  confirmationViewSchema,
  confirmDeletionsRequestSchema,
  deletePointRequestSchema,
  deletionViewSchema,
  plannedDeletionViewSchema,
  retentionRunRequestSchema,
  retentionRunViewSchema,
} from '@cbcr/client';
import { instanceIdSchema, type Reason, recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { type PlannedDeletion, planDeletions, runRetention } from '@cbcr/operations';
import { doubtTime, marginsOf } from '@cbcr/policy';
import { z } from 'zod';
import { readRules } from '../../read-retention.ts';
import { describeDeletion } from '../../views/deletion-view.ts';
import { describeRun } from '../../views/run-view.ts';
import { callerOf } from '../caller.ts';
import { period, requireOrder } from './period.ts';
import type { Route } from './route.ts';

/** How long a confirmation of bulk protection lasts: long enough for what it was asked for, and no licence. */
const confirmedForMs = 24 * 3_600_000;

/** A round may be about every copy there is. */
const mostPlanned = 1_000;

const describePlanned = ({ verdict, ...one }: PlannedDeletion) => ({ ...one, allowed: verdict.allow, reasons: verdict.reasons });

export const deletions: Route = (app, deps) => {
  const { catalog, clock } = deps;

  app.get(
    '/deletions',
    {
      schema: {
        summary: 'Copies that are marked as expiring or being deleted, oldest first; of a period, all that were so at some moment of it',
        querystring: z.strictObject({
          ...period,
          instance: instanceIdSchema.optional(),
          after: z.coerce.number().int().default(0),
          limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
        }),
        response: { 200: z.array(deletionViewSchema) },
      },
    },
    async ({ query }) => {
      const { from, to, ...page } = query;
      requireOrder({ from, to });
      if (page.instance !== undefined) await catalog.instances.get(page.instance);
      const isOfPeriod = (from ?? to) !== undefined;
      const found = await (isOfPeriod ? catalog.deletions.listWithin(query) : catalog.deletions.listOpen(page));
      const { rulebook, earlier, now } = await readRules(deps);
      const { graceMs } = marginsOf(rulebook, earlier, now);
      return found.map((deletion) => describeDeletion(deletion, graceMs));
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
      for (const { point: id, region, verdict } of body.dryRun ? [] : planned) {
        const denied = verdict.reasons.filter(({ allows }) => !allows);
        if (!verdict.allow) await catalog.deletions.deny({ point: id, region }, by, 'manual', denied);
      }
      return planned.map(describePlanned);
    },
  );

  app.post(
    '/retention/runs',
    {
      schema: {
        summary:
          'A round of retention now: what has expired is marked, and what was marked before and may go now goes; with dryRun nothing happens',
        body: retentionRunRequestSchema,
        response: { 200: retentionRunViewSchema },
      },
    },
    async (request) => {
      const { instance, dryRun } = request.body;
      if (instance !== undefined) await catalog.instances.get(instance);
      const requestedBy = callerOf(request).name;
      const { planned, runs, kept, ...round } = await runRetention(deps, { instance: instance ?? null, requestedBy, dryRun });
      const listed = planned.slice(0, mostPlanned);
      return {
        ...round,
        planned: listed.map(describePlanned),
        total: planned.length,
        runs: runs.map(describeRun),
        kept: kept.map(({ reasons, ...copy }) => ({ ...copy, reasons: [...reasons] })),
      };
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
        const isInDoubt = async () => doubtTime(await catalog.clockWatch.read(), clock.now()) !== null;
        const wasInDoubt = await isInDoubt();
        await catalog.clockWatch.confirm(by, reason);
        return { scope, until: null, waited: wasInDoubt && !(await isInDoubt()), stopped: [] };
      }
      const [kind, name] = scope.split(':');
      if (kind === 'region') await catalog.regions.get(regionIdSchema.parse(name));
      else await catalog.instances.get(instanceIdSchema.parse(name));
      const instance = kind === 'instance' ? instanceIdSchema.parse(name) : null;
      const readStopped = async () => (await runRetention(deps, { instance, requestedBy: by, dryRun: true })).stopped;
      const before = await readStopped();
      const until = new Date(clock.now().getTime() + confirmedForMs);
      await catalog.deletionConfirmations.confirm(scope, until, by, reason);
      const stopped = before.length === 0 ? [] : await readStopped();
      return { scope, until: until.toISOString(), waited: countBulk(stopped) < countBulk(before), stopped };
    },
  );
};

/** A doubt about the time may end by itself meanwhile; that too much would go at once does not. */
const countBulk = (stopped: readonly { reasons: readonly Reason[] }[]): number =>
  stopped.flatMap(({ reasons }) => reasons).filter(({ rule }) => rule === 'bulk-share').length;
