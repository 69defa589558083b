/** Plans a change of a whole fleet in a process of its own, so that its memory can be told. Arguments: instances, points of each. */
import { type RegionHealth, type RegionId, systemClock } from '@cbcr/domain';
import { getStorageRegions, resolvePolicy, startFleetPlan } from '@cbcr/policy';
import { makeInstance, makePoints, makeRulebook } from './made-up-fleet.ts';

const [instances = 10_000, points = 400] = process.argv.slice(2).map(Number);
const now = systemClock.now();
const before = makeRulebook({ copies: 2, allowed: ['NORTH', 'SOUTH'] });
const after = makeRulebook({ copies: 3, allowed: ['NORTH'] });
const health = new Map<RegionId, RegionHealth>();
const facts = { capabilities: new Map(), health, now };

const planner = startFleetPlan({ rulebook: before, ...facts }, { rulebook: after, ...facts });
let planningMs = 0;
const began = systemClock.monotonicMs();
for (let number = 0; number < instances; number++) {
  const instance = makeInstance(number);
  const { placed } = getStorageRegions({ rulebook: before, instance, policy: resolvePolicy(before, instance).policy, now });
  const held = makePoints(
    number,
    points,
    placed.map(({ region }) => region),
    now.getTime(),
  );
  const from = systemClock.monotonicMs();
  planner.add({ before: instance, after: instance, points: held });
  planningMs += systemClock.monotonicMs() - from;
}
const { sum } = planner.result();
const totalMs = systemClock.monotonicMs() - began;
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
process.stdout.write(
  `${JSON.stringify({ instances, points, planningMs, totalMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: maxRSS * 1024, sum })}\n`,
);
