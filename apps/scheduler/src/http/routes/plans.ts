import { planRequestSchema, planViewSchema, simulationRequestSchema } from '@cbcr/client';
import { type InstanceId, instanceIdSchema } from '@cbcr/domain';
import { planFleet } from '../../plan-fleet.ts';
import { describeFleetPlan } from '../../views/plan-view.ts';
import type { Route } from './route.ts';

export const plans: Route = (app, deps) => {
  app.post(
    '/policy/plan',
    {
      schema: {
        summary: 'What the text of a cbcr.yaml would change if it were applied; changes nothing',
        body: planRequestSchema,
        response: { 200: planViewSchema },
      },
    },
    async ({ body: { text, file, limit } }) => {
      const config = await deps.config.readText(text, file);
      return describeFleetPlan(await planFleet(deps, { config, supposition: {} }), limit);
    },
  );

  app.post(
    '/policy/simulate',
    {
      schema: {
        summary: 'What would be if regions were down or removed, instances moved, or another cbcr.yaml applied; changes nothing',
        body: simulationRequestSchema,
        response: { 200: planViewSchema },
      },
    },
    async ({ body: { proposed, down, removed, moved, limit } }) => {
      const config = proposed === undefined ? null : await deps.config.readText(proposed.text, proposed.file);
      const homes = new Map<InstanceId, (typeof down)[number]>(
        Object.entries(moved).map(([instance, home]) => [instanceIdSchema.parse(instance), home]),
      );
      return describeFleetPlan(await planFleet(deps, { config, supposition: { down, removed, moved: homes } }), limit);
    },
  );
};
