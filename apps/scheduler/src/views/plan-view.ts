import type { PlanView } from '@cbcr/client';
import { describePlan, type FleetPlan } from '@cbcr/policy';

type InstancePlan = FleetPlan['instances'][number];
type FindingChange = InstancePlan['findings']['appearing'][number];

/** The first `limit` instances; the sum and the refusals are of all. */
export function describeFleetPlan(plan: FleetPlan, limit: number): PlanView {
  const { sum, refusals, instances } = plan;
  return {
    sum,
    refusals,
    instances: instances.slice(0, limit).map(describeInstancePlan),
    left: Math.max(0, instances.length - limit),
    text: describePlan(plan, limit),
  };
}

const describeInstancePlan = (plan: InstancePlan): PlanView['instances'][number] => ({
  ...plan,
  findings: { appearing: plan.findings.appearing.map(describeFinding), disappearing: plan.findings.disappearing.map(describeFinding) },
});

const describeFinding = ({ since, ...finding }: FindingChange) => ({ ...finding, since: since?.toISOString() ?? null });
