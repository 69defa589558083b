import { expect, test } from 'vitest';
import { createBufferPool } from './buffer-pool.ts';
import { freeMemory } from './free-memory.ts';

const sizeBytes = 1 << 20;

test('a buffer that was given is the one that is taken next', () => {
  const pool = createBufferPool(sizeBytes, 2);
  const buffer = pool.take();
  pool.give(buffer);
  expect(pool.take()).toBe(buffer);
});

test('the memory of more than are kept, and of those that are let go, goes back at once', () => {
  const pool = createBufferPool(sizeBytes, 1);
  const [kept, spare, used] = [pool.take(), pool.take(), pool.take()];
  pool.give(kept);
  pool.give(spare);
  expect([kept.length, spare.length]).toEqual([sizeBytes, 0]);
  pool.clear();
  expect([kept.length, used.length]).toEqual([0, sizeBytes]);
});

test('a small buffer, which may share its memory with others, is left alone', () => {
  const [small, neighbour] = [Buffer.from('small'), Buffer.from('neighbour')];
  freeMemory(small);
  expect([small.toString(), neighbour.toString()]).toEqual(['small', 'neighbour']);
});
