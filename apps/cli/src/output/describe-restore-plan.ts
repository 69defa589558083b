import type { RestorePlanView } from '@cbcr/client';
import { formatBytes, formatTime } from './format.ts';
import { renderTable } from './table.ts';

/** From which copies a restore reads, in which order, and why. */
export function describeRestorePlan(plan: RestorePlanView): string {
  return [
    `restore ${plan.instance} as of ${formatTime(plan.capturedAt)} (${plan.point}, ${formatBytes(plan.plaintextBytes)}) by the workers of ${plan.to}`,
    '',
    renderTable(
      ['rank', 'source', 'why'],
      [
        ...plan.ranking.map(({ rank, region, reasons }) => [String(rank), region, reasons.map(({ text }) => text).join('; ')]),
        ...plan.excluded.map(({ region, reason }) => ['–', region, `not read: ${reason.text}`]),
      ],
    ),
  ].join('\n');
}
