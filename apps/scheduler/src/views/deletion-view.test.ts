import type { DeletionRecord } from '@cbcr/catalog';
import { instanceIdSchema, recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { describeDeletion } from './deletion-view.ts';

const marked: DeletionRecord = {
  ...{ id: 1, point: recoveryPointIdSchema.parse(`rp_${'0'.repeat(26)}`), instance: instanceIdSchema.parse('shop') },
  ...{ region: regionIdSchema.parse('north'), purpose: 'retention', wholePoint: false, requestedBy: 'reconciler', requestReason: null },
  ...{ reasons: [], plannedAt: new Date('2027-01-31T12:00:00Z'), begunAt: null, manifestGoneAt: null, versionsDeleted: 0, bytesDeleted: 0 },
  ...{ confirmedAbsentAt: null, undoneAt: null },
};
const hourMs = 3_600_000;
const notBefore = (changes: Partial<DeletionRecord>) => describeDeletion({ ...marked, ...changes }, hourMs).notBefore;

test('of a copy that is merely marked it is said until when its bytes stay', () => {
  expect(notBefore({})).toBe('2027-01-31T13:00:00.000Z');
  expect(notBefore({ purpose: 'manual' })).toBe('2027-01-31T13:00:00.000Z');
});

test('what may not be there has no grace, and what has begun or was undone waits for nothing', () => {
  expect(notBefore({ purpose: 'residency' })).toBeNull();
  for (const name of ['begunAt', 'confirmedAbsentAt', 'undoneAt'] as const) expect(notBefore({ [name]: marked.plannedAt })).toBeNull();
});
