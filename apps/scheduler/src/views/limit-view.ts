import type { LimitView } from '@cbcr/client';
import type { LimitSources } from '@cbcr/operations';
import { formatRate, type Limit, rateAt } from '@cbcr/throttle';

export function describeLimit({ name, configured, override }: LimitSources, now: Date, sharers: number | null): LimitView {
  const limit = override ?? configured;
  return {
    name,
    rate: limit === null ? 'unlimited' : formatRate(rateAt(limit, now)),
    source: override !== null ? 'override' : configured !== null ? 'config' : 'none',
    configured: describeRate(configured),
    override: describeRate(override),
    sharers,
  };
}

const describeRate = (limit: Limit | null) => (limit === null ? null : { rate: formatRate(limit.rate), varies: limit.windows.length > 0 });
