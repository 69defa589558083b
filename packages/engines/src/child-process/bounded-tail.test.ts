import { expect, it } from 'vitest';
import { createBoundedTail } from './bounded-tail.ts';

it('keeps the end of what was written, whatever the pieces', () => {
  const tail = createBoundedTail(10);
  for (let n = 0; n < 100; n++) tail.write(Buffer.from(`${n},`));
  expect(tail.text()).toBe('96,97,98,99,'.slice(-10));
});
