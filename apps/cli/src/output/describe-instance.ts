import type { InstanceDetailView } from '@cbcr/client';
import { formatTime } from './format.ts';
import type { Text } from './text.ts';

/** Where the copies of an instance must live and why, whether it is protected and why not. */
export function describeInstance(instance: InstanceDetailView): Text {
  const { placement, debtList, reasons } = instance;
  const regions = [
    ...placement.placed.map(({ region, role, reason }) => [region, role, reason.text]),
    ...placement.spares.map(({ region, reason }) => [region, 'spare', reason.text]),
    ...placement.excluded.map(({ region, reason }) => [region, 'excluded', reason.text]),
  ];
  return [
    `${instance.id}  ${instance.engine}, home ${instance.home}, policy ${instance.policy}, connection ${instance.connection}`,
    '',
    { head: ['region', 'role', 'why'], rows: regions },
    ...placement.unmet.map(({ text }) => `unmet: ${text}`),
    '',
    `protected: ${instance.protected ? 'yes' : 'NO'}`,
    ...reasons.map(({ text }) => `  ${text}`),
    ...(debtList.length === 0 ? [] : ['', describeDebts(debtList)]),
  ];
}

export function describeDebts(debts: InstanceDetailView['debtList']): Text {
  return {
    head: ['debt in', 'point', 'since', 'why', 'next attempt'],
    rows: debts.map(({ region, point, since, reason, nextAttemptAt }) => [
      ...[region, point, formatTime(since), reason.text],
      nextAttemptAt === null ? 'when the region is up' : formatTime(nextAttemptAt),
    ]),
  };
}
