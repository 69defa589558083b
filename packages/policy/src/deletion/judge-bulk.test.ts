import { expect, test } from 'vitest';
import { judgeBulk } from './judge-bulk.ts';

const ask = (due: number, total: number, share = 0.2) => judgeBulk({ scope: 'instance shop', due, total, ordinary: 1, share });

test('a share stops, and one point alone never does', () => {
  expect(ask(1, 1)).toBeNull();
  expect(ask(1, 4)).toBeNull();
  expect(ask(3, 10)).toBeNull();
  expect(ask(4, 10)?.text).toMatch(/4 of 10 would go from instance shop/);
  expect(ask(21, 100)).toBeNull();
  expect(ask(22, 100)?.rule).toBe('bulk-share');
  expect(ask(100, 100, 1)).toBeNull();
});
