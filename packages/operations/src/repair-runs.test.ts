import { instanceIdSchema, recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { type RepairPurpose, repairKey } from '@cbcr/policy';
import { expect, test } from 'vitest';
import { describeRepairRun } from './repair-runs.ts';

const point = recoveryPointIdSchema.parse(`rp_${'0'.repeat(26)}`);
const region = regionIdSchema.parse('berlin');
const instance = instanceIdSchema.parse('shop');
const wanted = (purpose: RepairPurpose) => ({
  purpose,
  instance,
  point,
  region,
  dedupeKey: repairKey(purpose, point, region),
  reason: { rule: 'test', text: 'a test wants it' },
});

test.each([
  ['make-copy', jobKinds.replicate],
  ['verify-copy', jobKinds.verify],
] as const)('%s becomes a run of the kind that serves it, with parameters that the kind accepts', (purpose, kind) => {
  const run = describeRepairRun(wanted(purpose), 'reconciler', 'high');
  expect(run).toMatchObject({ kind: kind.name, region, instance, point, requestedBy: 'reconciler', priority: 'high' });
  expect(kind.params.safeParse(run.params).success).toBe(true);
});

test('the same wish twice carries the same key, another region another one', () => {
  const [first, second] = [describeRepairRun(wanted('make-copy'), 'a'), describeRepairRun(wanted('make-copy'), 'b')];
  expect(first.dedupeKey).toBe(second.dedupeKey);
  expect(describeRepairRun(wanted('verify-copy'), 'a').dedupeKey).not.toBe(first.dedupeKey);
});
