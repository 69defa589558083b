import { expect, test } from 'vitest';
import { type Priority, priorities } from './priority.ts';
import { createSpendQueue, type SpendQueue } from './spend-queue.ts';

/** Waits for all wishes at once and notes who was served, in order. */
function spendAll(queue: SpendQueue, wishes: readonly [Priority, number][]): { served: Priority[]; all: Promise<unknown> } {
  const served: Priority[] = [];
  const all = Promise.all(wishes.map(([priority, weight]) => queue.spend(weight, priority).then(() => served.push(priority))));
  return { served, all };
}

test('while bytes are short they go to the most urgent, whoever came first', async () => {
  const queue = createSpendQueue();
  const lessUrgent = priorities.slice(1).toReversed();
  const { served, all } = spendAll(
    queue,
    lessUrgent.flatMap((priority) => Array.from({ length: 4 }, (): [Priority, number] => [priority, 4])),
  );
  expect(queue.shortKiB).toBe(64);
  // Comes last, overtakes all, and shows by that that they stand in line: Bottleneck lets them in one by one.
  const urgent = queue.spend(1, 'restore');
  queue.release(1);
  await urgent;
  expect(served).toEqual([]);
  queue.release(64);
  await all;
  expect(served).toEqual(lessUrgent.toReversed().flatMap((priority) => Array.from({ length: 4 }, () => priority)));
  expect(queue.shortKiB).toBe(0);
});

test('a wish waits until all of it is released', async () => {
  const queue = createSpendQueue();
  const { served, all } = spendAll(queue, [['backup', 10]]);
  queue.release(6);
  expect(queue.shortKiB).toBe(4);
  expect(served).toEqual([]);
  queue.release(4);
  await all;
});

test('who gives up is told at once, and takes nothing from the others', async () => {
  const queue = createSpendQueue();
  const caller = new AbortController();
  const first = queue.spend(8, 'restore', caller.signal);
  const { all } = spendAll(queue, [['backup', 5]]);
  caller.abort(new Error('cancelled'));
  await expect(first).rejects.toThrow('cancelled');
  expect(queue.shortKiB).toBe(5);
  queue.release(5);
  await all;
  expect(queue.shortKiB).toBe(0);
});

test('what was released for one who gives up is no credit for those who come later', async () => {
  const queue = createSpendQueue();
  const caller = new AbortController();
  const large = queue.spend(1_000, 'backup', caller.signal);
  queue.release(900);
  caller.abort(new Error('cut anew'));
  await expect(large).rejects.toThrow('cut anew');
  expect(queue.shortKiB).toBe(0);
  const { served, all } = spendAll(queue, [['backup', 2]]);
  expect(queue.shortKiB).toBe(2);
  await new Promise((resolve) => setImmediate(resolve));
  expect(served).toEqual([]);
  queue.release(2);
  await all;
});

test('a queue that closes tells all who wait, and all who come', async () => {
  const queue = createSpendQueue();
  const { all } = spendAll(queue, [['backup', 5]]);
  queue.close();
  await expect(all).rejects.toMatchObject({ code: 'throttle.closed' });
  await expect(queue.spend(1, 'backup')).rejects.toMatchObject({ code: 'throttle.closed' });
});
