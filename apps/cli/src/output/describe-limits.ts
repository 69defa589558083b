import type { LimitView } from '@cbcr/client';
import type { Table } from './table.ts';

export function tabulateLimits(limits: readonly LimitView[]): Table {
  return {
    none: 'no limit is set: all bandwidth may be used',
    head: ['limit', 'now', 'from', 'cbcr.yaml', 'shared by'],
    rows: limits.map(({ name, rate, source, configured, sharers }) => [
      name,
      rate,
      { override: 'limits set', config: 'cbcr.yaml', none: '–' }[source],
      configured === null ? '–' : `${configured.rate}${configured.varies ? ' and windows' : ''}`,
      sharers === null ? 'unknown' : String(sharers),
    ]),
  };
}
