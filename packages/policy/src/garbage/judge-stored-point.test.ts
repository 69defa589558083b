import { type CopyState, copyTransitions, type PointState, pointTransitions } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { isUnclaimed, judgeStoredPoint, type StoredPointFacts } from './judge-stored-point.ts';

const complete = (facts: Partial<StoredPointFacts>): StoredPointFacts => ({
  point: { state: 'complete', storedBytes: 100 },
  copy: 'verified',
  hasActiveRun: false,
  presentBytes: 100,
  hasManifest: false,
  ...facts,
});
const inState = (state: PointState, facts: Partial<StoredPointFacts> = {}) =>
  complete({ point: { state, storedBytes: 0 }, copy: 'failed', ...facts });
const judged = (facts: StoredPointFacts) => {
  const { keep, reason } = judgeStoredPoint(facts);
  return [keep, reason.rule];
};

test('what a capture that broke off has stored is garbage, also while its run makes another point', () => {
  for (const hasActiveRun of [false, true]) expect(judged(inState('failed', { hasActiveRun }))).toEqual(['nothing', 'capture-broke-off']);
  expect(judged(inState('deleted'))).toEqual(['nothing', 'point-deleted']);
});

test('what a run that lives may use is kept, whatever else is true', () => {
  expect(judged(inState('capturing', { hasActiveRun: true }))).toEqual(['everything', 'point-in-capture']);
  expect(judged(inState('capturing'))).toEqual(['everything', 'point-in-capture']);
  for (const copy of [null, ...(Object.keys(copyTransitions) as CopyState[])]) {
    expect(judged(complete({ copy, hasActiveRun: true, presentBytes: 999 }))).toEqual(['everything', 'run-at-work']);
  }
});

test('a point that the catalog does not know is not touched', () => {
  const unknown: StoredPointFacts = { point: null, copy: null, hasActiveRun: false, presentBytes: 5, hasManifest: false };
  expect(judged(unknown)).toEqual(['everything', 'point-unknown']);
  expect(isUnclaimed(judgeStoredPoint(unknown))).toBe(true);
});

test('a whole copy that the catalog does not know is not touched, and beside a deleted one it is garbage', () => {
  const facts = complete({ copy: null, hasManifest: true });
  expect(judged(facts)).toEqual(['everything', 'copy-unknown']);
  expect(isUnclaimed(judgeStoredPoint(facts))).toBe(true);
  expect(judged({ ...facts, copy: 'deleted' })).toEqual(['nothing', 'copy-deleted']);
  expect(isUnclaimed(judgeStoredPoint(complete({ copy: null })))).toBe(false);
});

test.each([
  ['planned', 'everything'],
  ['copying', 'everything'],
  ['failed', 'everything'],
  ['blocked', 'everything'],
  ['stored', 'everything'],
  ['verified', 'everything'],
  ['expiring', 'everything'],
  ['deleted', 'nothing'],
  [null, 'nothing'],
] as const)('of a complete point whose copy is %s it keeps %s', (copy, keep) => {
  expect(judgeStoredPoint(complete({ copy })).keep).toBe(keep);
});

test('beside a complete copy only what its manifest does not name is garbage', () => {
  for (const copy of ['stored', 'verified'] as const) {
    expect(judged(complete({ copy, presentBytes: 101 }))).toEqual(['what-the-manifest-names', 'not-in-manifest']);
  }
});

test('every state of a point has a verdict', () => {
  for (const state of Object.keys(pointTransitions) as PointState[]) expect(judgeStoredPoint(inState(state)).reason.text).not.toBe('');
});
