import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdFactory, instanceIdSchema, recoveryPointIdSchema, runIdSchema } from './ids.ts';

const seed = 20261123;
const at = (ms: number) => ({ now: () => new Date(ms) });
const bytes = (fill: number) => (size: number) => new Uint8Array(size).fill(fill);

test(`an id made later sorts later, whatever its random part (seed ${seed})`, () => {
  const moment = fc.integer({ min: 0, max: 2 ** 47 });
  const fill = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(moment, moment, fill, fill, (a, b, x, y) => {
      fc.pre(a < b);
      expect(createIdFactory(at(a), bytes(x)).runId() < createIdFactory(at(b), bytes(y)).runId()).toBe(true);
    }),
    { seed },
  );
});

test('generated ids satisfy their own schemas and are never all digits', () => {
  const ids = createIdFactory(at(1_790_000_000_000), bytes(0));
  expect(runIdSchema.parse(ids.runId())).toMatch(/^run_/);
  expect(recoveryPointIdSchema.parse(ids.recoveryPointId())).toMatch(/^rp_/);
  expect(ids.writeToken()).toBe('0000000000000000');
});

test.each([
  ['orders', true],
  ['orders-2', true],
  ['a', true],
  ['', false],
  ['Orders', false],
  ['2orders', false],
  ['orders-', false],
  ['or--ders', false],
  ['orders:eu', false],
  ['../orders', false],
  ['orders db', false],
  ['a'.repeat(64), false],
])('the name %j is acceptable: %s', (name, acceptable) => {
  expect(instanceIdSchema.safeParse(name).success).toBe(acceptable);
});
