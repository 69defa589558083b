import { type HeldPoint, rulebookSchema } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { instanceOf, pointId, regionId } from '../samples.ts';
import { describeRetentionPreview } from './describe-retention.ts';
import { startRetentionPreview } from './preview-retention.ts';

const dayMs = 24 * 3_600_000;
const now = new Date('2027-06-01T12:00:00Z');
const rulebook = rulebookSchema.parse({
  regions: [{ id: 'berlin', jurisdictions: ['DE'], store: { kind: 'memory' } }],
  policies: [{ id: 'standard', placement: { copies: 1 } }],
  retention: { rules: [{ id: 'short', keep: { for: '30d' } }] },
});
const pointOf = (index: number, ageDays: number): HeldPoint => {
  const capturedAtMs = now.getTime() - ageDays * dayMs;
  return {
    ...{ id: pointId(index), state: 'complete', capturedAtMs, completedAtMs: capturedAtMs, storedBytes: 1 },
    copies: [{ region: regionId('berlin'), state: 'verified', sinceMs: 0, verifiedAtMs: 0 }],
  };
};
const previewOf = (points: readonly HeldPoint[], retired = false) => {
  const situation = { rulebook, earlier: [], now };
  const preview = startRetentionPreview(situation, situation, [], 10);
  const instance = instanceOf('berlin');
  preview.add(instance, { ...instance, retired }, points);
  return preview.result();
};

test('a preview names the point that stays because it is the last good one, though the rules let it go', () => {
  const preview = previewOf([pointOf(2, 40), pointOf(1, 50)]);
  expect(preview.lastGood).toEqual([{ instance: 'shop', point: pointId(2) }]);
  expect(describeRetentionPreview(preview).at(-1)).toMatch(new RegExp(`${pointId(2)} .*last good point of a live instance`));
});

test('nothing stays for that reason where a newer point is kept, or the instance is retired', () => {
  expect(previewOf([pointOf(3, 1), pointOf(2, 40)]).lastGood).toEqual([]);
  expect(previewOf([pointOf(2, 40)], true).lastGood).toEqual([]);
});
