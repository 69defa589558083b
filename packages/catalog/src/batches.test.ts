import { CbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createBatches } from './batches.ts';

interface Order {
  key: string;
  /** Whether it goes through with others. */
  is: 'plain' | 'held' | 'poison';
}
const plain = (key: string): Order => ({ key, is: 'plain' });

function createKitchen() {
  const batches: string[][] = [];
  const alone: string[] = [];
  let fault: unknown = null;
  let gate = Promise.resolve();
  const serve = createBatches<Order, string>({
    keyOf: ({ key }) => key,
    async together(orders) {
      batches.push(orders.map(({ key }) => key));
      await gate;
      if (fault !== null) throw fault;
      if (orders.some(({ is }) => is === 'poison')) throw new Error('one of them is bad');
      return new Map(orders.filter(({ is }) => is === 'plain').map(({ key }) => [key, `${key} with others`]));
    },
    async alone({ key, is }) {
      alone.push(key);
      if (is === 'poison') throw new Error(`${key} is bad`);
      return `${key} alone`;
    },
  });
  return {
    batches,
    alone,
    serve,
    close: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    breakDown: (error: unknown) => {
      fault = error;
    },
  };
}

test('what comes up at once is one batch, and what comes up meanwhile is the next', async () => {
  const { batches, serve, close } = createKitchen();
  const open = close();
  const first = [serve(plain('a')), serve(plain('b'))];
  await Promise.resolve();
  await Promise.resolve();
  const second = [serve(plain('c')), serve(plain('d'))];
  open();
  expect(await Promise.all([...first, ...second])).toEqual(['a', 'b', 'c', 'd'].map((key) => `${key} with others`));
  expect(batches).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('the same key never shares a batch, and a batch has an end', async () => {
  const { batches, serve } = createKitchen();
  await Promise.all([serve(plain('a')), serve(plain('a')), serve(plain('b'))]);
  expect(batches).toEqual([['a', 'b'], ['a']]);
  await Promise.all(Array.from({ length: 150 }, (_, n) => serve(plain(`n${n}`))));
  expect(batches.slice(2).map((batch) => batch.length)).toEqual([100, 50]);
});

test('what does not go through with others goes alone, and one bad item is nobody else’s fault', async () => {
  const { alone, serve } = createKitchen();
  expect(await Promise.all([serve(plain('a')), serve({ key: 'b', is: 'held' })])).toEqual(['a with others', 'b alone']);
  const outcomes = await Promise.allSettled([serve(plain('c')), serve({ key: 'd', is: 'poison' })]);
  expect(outcomes).toMatchObject([
    { status: 'fulfilled', value: 'c alone' },
    { status: 'rejected', reason: { message: 'd is bad' } },
  ]);
  expect(alone).toEqual(['b', 'c', 'd']);
});

test('an outage is told to all at once, and nothing is asked again', async () => {
  const { alone, serve, breakDown } = createKitchen();
  const outage = new CbcrError('catalog.unreachable', { cause: 'away' });
  breakDown(outage);
  const outcomes = await Promise.allSettled([serve(plain('a')), serve(plain('b'))]);
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([outage, outage]);
  expect(alone).toEqual([]);
  breakDown(null);
  expect(await serve(plain('c'))).toBe('c with others');
});
