import { expect, test } from 'vitest';
import { instanceOf, minute, placeOf, rulebookOf } from '../samples.ts';
import { decide } from '../situation/decide.ts';
import { findRefusal } from './find-refusal.ts';

const decisionOf = (demands: object) => {
  const rulebook = rulebookOf({
    regions: [placeOf('berlin'), placeOf('dublin')],
    policies: [{ id: 'standard', placement: { copies: 1 }, ...demands }],
  });
  return decide({ rulebook, capabilities: new Map(), health: new Map(), now: minute(0) }, instanceOf('berlin'));
};
const refusalOf = (before: object | null, after: object) =>
  findRefusal({ before: () => before && decisionOf(before), after: decisionOf(after), verifiedIn: [] });

const [unlocked, locked] = [{}, { lock: { mode: 'governance', for: '1y' } }] as const;
const endless = { lock: { mode: 'governance' } } as const;

test('a change under which a lock would lock nothing is refused, and cannot be forced', () => {
  for (const before of [null, locked]) {
    expect(refusalOf(before, endless)).toMatchObject({
      rule: 'lock-without-length',
      canForce: false,
      text: expect.stringContaining('berlin, dublin'),
    });
  }
  expect(refusalOf(locked, { ...endless, retention: { minimum: '1d' } })).toBeNull();
  expect(refusalOf(locked, unlocked)).toBeNull();
});

test('where it locked nothing before, the change is not to blame, but for what it adds', () => {
  expect(refusalOf(endless, endless)).toBeNull();
  const partly = { lock: { mode: 'governance', regions: { dublin: { for: '1y' } } } };
  expect(refusalOf(partly, endless)).toMatchObject({ rule: 'lock-without-length', text: expect.stringMatching(/in dublin are/) });
});
