import { expect, test } from 'vitest';
import { jobKinds } from './kinds/index.ts';
import { queuePriorityOf } from './queue-priority.ts';

test.each(Object.values(jobKinds))('the priority of a policy orders the runs of $name and keeps them apart from other kinds', (kind) => {
  const [high, normal, low] = [queuePriorityOf(kind, 'high'), queuePriorityOf(kind, 'normal'), queuePriorityOf(kind, 'low')];
  expect(high).toBeLessThan(normal);
  expect(normal).toBeLessThan(low);
  expect(normal).toBe(kind.priority);
  expect(queuePriorityOf(kind, null)).toBe(kind.priority);
  for (const other of Object.values(jobKinds)) {
    if (other.priority > kind.priority) expect(low).toBeLessThan(queuePriorityOf(other, 'high'));
  }
});

test('no job goes before those without a priority', () => {
  expect(queuePriorityOf({ priority: 1 }, 'high')).toBe(1);
});
