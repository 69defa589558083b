import type { Catalog } from '@cbcr/catalog';
import { complianceViewSchema, frameworkViewSchema } from '@cbcr/client';
import { CbcrError, type HeldPoint, type Hold, type InstanceId, instanceIdSchema } from '@cbcr/domain';
import { type Finding, type KnownProtection, startComplianceCheck } from '@cbcr/policy';
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
        throw new CbcrError('usage.unknown-value', {
          what: 'chosen framework',
          value: framework,
          known: names.join(', ') || 'none, until cbcr.yaml chooses some (cbcr compliance frameworks)',
        });
      }
      const asked =
        query.instance === undefined ? await catalog.instances.list({ retired: true }) : [await catalog.instances.get(query.instance)];
      const check = startComplianceCheck(situation, { framework });
      const instances = { held: 0, exempt: 0 };
      const findings: Finding[] = [];
      const holds = await catalog.holds.active(new Date(situation.now.getTime() - situation.rulebook.retention.releaseGrace.ms));
      for (let begin = 0; begin < asked.length; begin += pageSize) {
        const page = asked.slice(begin, begin + pageSize);
        const protectionOf = await readProtection(
          catalog,
          holds,
          page.map(({ id }) => id),
        );
        for await (const { instance, points } of readHoldings(deps, page)) {
          const one = check(planned(instance), points, protectionOf(points));
          instances[one.frameworks.length > 0 ? 'held' : 'exempt'] += 1;
          for (const finding of one.findings) findings.push(finding);
        }
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

/** What the stores of so many instances were told is in memory at a time. */
const pageSize = 50;

async function readProtection({ protection }: Pick<Catalog, 'protection'>, holds: readonly Hold[], ids: readonly InstanceId[]) {
  const [effects, locks] = await Promise.all([protection.effects(ids), protection.locks(ids)]);
  const effectsOf = Map.groupBy(effects, ({ point }) => point);
  const locksOf = Map.groupBy(locks, ({ point }) => point);
  return (points: readonly HeldPoint[]): KnownProtection => ({
    holds,
    effects: points.flatMap(({ id }) => effectsOf.get(id) ?? []),
    locks: points.flatMap(({ id }) => locksOf.get(id) ?? []),
  });
}
