import { expect, test } from 'vitest';
import { minute, rulebookOf } from '../samples.ts';
import { marginsOf } from './margins.ts';

const dayMs = 86_400_000;
const careful = rulebookOf({
  retention: { grace: '5d', bulkShare: 0.1, releaseGrace: '9d', releaseNeedsApproval: true, coolingOff: '3d' },
});
const careless = rulebookOf({
  retention: { grace: '1s', bulkShare: 1, releaseGrace: '1s', releaseNeedsApproval: false, coolingOff: '1h' },
});
const inDays = (days: number) => minute(days * 1440);

test('margins that somebody takes away stay until the cooling-off of the version that had them is over', () => {
  const earlier = [{ version: 1, rulebook: careful, endedAt: inDays(1) }];
  const had = { graceMs: 5 * dayMs, bulkShare: 0.1, releaseGraceMs: 9 * dayMs, releaseNeedsApproval: true, coolingOffMs: 3 * dayMs };
  expect(marginsOf(careless, earlier, inDays(3.9))).toEqual(had);
  expect(marginsOf(careless, earlier, inDays(4))).toEqual({
    graceMs: 1000,
    bulkShare: 1,
    releaseGraceMs: 1000,
    releaseNeedsApproval: false,
    coolingOffMs: 3_600_000,
  });
  expect(marginsOf(careful, [{ version: 1, rulebook: careless, endedAt: inDays(1) }], inDays(2))).toEqual(had);
});
