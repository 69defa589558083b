import type { RestorePlanView } from '@cbcr/client';
import { formatBytes, formatTime } from './format.ts';
import type { Text } from './text.ts';

/** From which copies a restore reads, in which order, and why. */
export function describeRestorePlan(plan: RestorePlanView): Text {
  return [
    `restore ${plan.instance} as of ${formatTime(plan.capturedAt)} (${plan.point}, ${formatBytes(plan.plaintextBytes)}) by the workers of ${plan.to}`,
    '',
    {
      head: ['rank', 'source', 'why'],
      rows: [
        ...plan.ranking.map(({ rank, region, reasons }) => [String(rank), region, reasons.map(({ text }) => text).join('; ')]),
        ...plan.excluded.map(({ region, reason }) => ['–', region, `not read: ${reason.text}`]),
      ],
    },
  ];
}
