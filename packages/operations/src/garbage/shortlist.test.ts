import { expect, test } from 'vitest';
import { createShortlist } from './shortlist.ts';

const one = (point: number, ...denied: string[]) => ({ point, denied });

test('what may go is listed although more than the list takes may not and came before, and each in its order', () => {
  const list = createShortlist<ReturnType<typeof one>>(3);
  for (let point = 0; point < 10; point++) list.add(one(point, 'lock-date'));
  for (let point = 10; point < 12; point++) list.add(one(point));
  expect(list.read().map(({ point }) => point)).toEqual([10, 11, 0]);
  for (let point = 12; point < 20; point++) list.add(one(point));
  expect(list.read().map(({ point }) => point)).toEqual([10, 11, 12]);
});
