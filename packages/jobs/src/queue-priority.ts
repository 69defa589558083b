import type { Priority } from '@cbcr/domain';

/** Less than half the distance between two kinds, so that a kind's runs stay between those of its neighbours. */
const steps: Readonly<Record<Priority, number>> = { high: -2, normal: 0, low: 2 };

/** The BullMQ priority (1 is first) of a run's job: that of its kind, a little before or after it as the policy says. */
export function queuePriorityOf(kind: { readonly priority: number }, priority: Priority | null): number {
  return Math.max(1, kind.priority + steps[priority ?? 'normal']);
}
