import { complianceViewSchema, frameworkViewSchema } from '@cbcr/client';
import { CbcrError, instanceIdSchema } from '@cbcr/domain';
import { type Finding, startComplianceCheck } from '@cbcr/policy';
import { z } from 'zod';
import { planned } from '../../planned-instance.ts';
import { readHoldings, readSituation } from '../../read-situation.ts';
import { describeCompliance, describeFrameworks } from '../../views/compliance-view.ts';
import type { Route } from './route.ts';

export const compliance: Route = (app, deps) => {
  const { catalog } = deps;

  app.get(
    '/compliance',
    {
      schema: {
        summary: 'Findings of the chosen frameworks, gravest first, from copies that exist now',
        querystring: z.strictObject({
          instance: instanceIdSchema.optional(),
          framework: z.string().min(1).optional(),
          limit: z.coerce.number().int().min(1).max(100_000).default(500),
        }),
        response: { 200: complianceViewSchema },
      },
    },
    async ({ query }) => {
      const situation = await readSituation(deps);
      const { framework } = query;
      const names = situation.rulebook.compliance.frameworks.map(({ name }) => name);
      if (framework !== undefined && !names.includes(framework)) {
        throw new CbcrError('usage.invalid', { cause: `${framework} is not a chosen framework; there are ${names.join(', ') || 'none'}` });
      }
      const asked =
        query.instance === undefined ? await catalog.instances.list({ retired: true }) : [await catalog.instances.get(query.instance)];
      const check = startComplianceCheck(situation, { framework });
      const instances = { held: 0, exempt: 0 };
      const findings: Finding[] = [];
      for await (const { instance, points } of readHoldings(deps, asked)) {
        const one = check(planned(instance), points);
        instances[one.frameworks.length > 0 ? 'held' : 'exempt'] += 1;
        for (const finding of one.findings) findings.push(finding);
      }
      return describeCompliance({ checkedAt: situation.now, instances, findings }, query.limit, query.instance !== undefined);
    },
  );

  app.get(
    '/compliance/frameworks',
    { schema: { summary: 'Frameworks that can be chosen: templates, no legal advice', response: { 200: z.array(frameworkViewSchema) } } },
    async () => describeFrameworks((await catalog.rulebook.current()).rulebook),
  );
};
