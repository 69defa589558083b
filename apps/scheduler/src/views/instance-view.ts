import type { CatalogInstance, PointRecord } from '@cbcr/catalog';
import type { InstanceDetailView, InstanceView } from '@cbcr/client';
import type { Placement, PolicyId, Schedule } from '@cbcr/domain';
import { assessInstanceProtection } from '@cbcr/policy';
import { describeDebt } from './point-view.ts';

export interface InstanceFacts {
  instance: CatalogInstance;
  placement: Placement;
  /** The one that it names, else the most specific that applies. */
  policy: PolicyId;
  synchronousMinimum: number;
  /** Of the policy. */
  schedule: Schedule | undefined;
  /** The newest complete points. */
  points: readonly PointRecord[];
  now: Date;
}

export function describeInstance(facts: InstanceFacts): InstanceView {
  const { instance, points } = facts;
  const protection = assess(facts);
  const newest = points.find((point) => point.id === protection.point);
  const { id, engine, home, dataClass, labels, source } = instance;
  return {
    ...{ id, engine, home, policy: facts.policy, dataClass, labels, source },
    connection: instance.connection.startsWith('sealed:') ? 'sealed' : instance.connection,
    retiredAt: instance.retiredAt?.toISOString() ?? null,
    nextDueAt: instance.nextDueAt?.toISOString() ?? null,
    protected: protection.protected,
    newestPoint: newest === undefined ? null : { id: newest.id, capturedAt: newest.capturedAt.toISOString() },
    debts: protection.debts.length,
  };
}

export function describeInstanceInDetail(facts: InstanceFacts): InstanceDetailView {
  const { placed, spares, excluded, unmet } = facts.placement;
  const protection = assess(facts);
  return {
    ...describeInstance(facts),
    placement: { placed, spares, excluded, unmet },
    debtList: protection.debts.map(describeDebt),
    reasons: protection.reasons,
  };
}

const assess = ({ points, policy: _policy, ...demand }: InstanceFacts) =>
  assessInstanceProtection({ ...demand, points: points.map((point) => ({ point, copies: point.copies })) });
