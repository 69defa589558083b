import {
  mostPolicyVersions,
  policyDocumentViewSchema,
  policyExplanationViewSchema,
  policyVersionViewSchema,
  rollbackRequestSchema,
  rollbackViewSchema,
} from '@cbcr/client';
import { instanceIdSchema } from '@cbcr/domain';
import { readDecisionFacts } from '@cbcr/operations';
import { z } from 'zod';
import { describePolicy } from '../../views/policy-view.ts';
import { callerOf } from '../caller.ts';
import type { Route } from './route.ts';

export const policy: Route = (app, deps) => {
  const { catalog, config } = deps;

  app.get(
    '/policy/versions',
    {
      schema: {
        summary: 'The versions of the policies, the one in force first',
        querystring: z.strictObject({
          before: z.coerce.number().int().min(1).max(mostPolicyVersions).optional(),
          limit: z.coerce.number().int().min(1).max(500).optional(),
        }),
        response: { 200: z.array(policyVersionViewSchema) },
      },
    },
    async ({ query }) =>
      (await catalog.rulebook.list(query)).map((version) => ({ ...version, appliedAt: version.appliedAt.toISOString() })),
  );

  app.get(
    '/policy/versions/:version',
    {
      schema: {
        summary: 'One version of the policies with what it says',
        params: z.strictObject({ version: z.coerce.number().int().min(1).max(mostPolicyVersions) }),
        response: { 200: policyDocumentViewSchema },
      },
    },
    async ({ params }) => {
      const { rulebook, appliedAt, ...version } = await catalog.rulebook.get(params.version);
      // As JSON: moments are text there.
      return { ...version, appliedAt: appliedAt.toISOString(), rulebook: JSON.parse(JSON.stringify(rulebook)) };
    },
  );

  app.post(
    '/policy/rollbacks',
    {
      schema: {
        summary: 'Apply the policies of an earlier version again, as a new version; instances and limits stay',
        body: rollbackRequestSchema,
        response: { 200: rollbackViewSchema },
      },
    },
    async (request) => {
      const { version, ...change } = request.body;
      return config.rollBack(version, { actor: callerOf(request).name, ...change });
    },
  );

  app.get(
    '/instances/:id/policy',
    {
      schema: {
        summary: 'Which policy says what about an instance, and what every region may be used for',
        params: z.strictObject({ id: instanceIdSchema }),
        response: { 200: policyExplanationViewSchema },
      },
    },
    async ({ params }) => {
      const [facts, { version }] = await Promise.all([readDecisionFacts(deps, params.id), catalog.rulebook.current()]);
      return describePolicy(facts, version);
    },
  );
};
