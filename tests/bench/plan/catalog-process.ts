/** Plans a change of a whole fleet out of a catalog, as the scheduler does, in a process of its own. Argument: the address of the catalog. */
import { randomBytes } from 'node:crypto';
import { openCatalog } from '@cbcr/catalog';
import { createIdFactory, type RegionHealth, type RegionId, systemClock } from '@cbcr/domain';
import { startFleetPlan } from '@cbcr/policy';
import { makeRulebook } from './made-up-fleet.ts';

const [url = ''] = process.argv.slice(2);
const ids = createIdFactory(systemClock, randomBytes);
const catalog = openCatalog({ url, clock: systemClock, ids, applicationName: 'bench', onError: () => undefined });
const began = systemClock.monotonicMs();
const [{ rulebook }, capabilities, instances] = await Promise.all([
  catalog.rulebook.current(),
  catalog.capabilities.read(),
  catalog.instances.list({ retired: true }),
]);
const facts = { capabilities, health: new Map<RegionId, RegionHealth>(), now: systemClock.now() };
const planner = startFleetPlan({ rulebook, ...facts }, { rulebook: makeRulebook({ copies: 4, allowed: ['NORTH'] }), ...facts });
const known = new Map(instances.map((instance) => [instance.id, instance]));
let points = 0;
let planningMs = 0;
for await (const holding of catalog.holdings.stream(instances.map(({ id }) => id))) {
  const instance = known.get(holding.instance);
  if (instance === undefined) throw new RangeError(holding.instance);
  points += holding.points.length;
  const from = systemClock.monotonicMs();
  planner.add({ before: instance, after: instance, points: holding.points });
  planningMs += systemClock.monotonicMs() - from;
}
const { sum } = planner.result();
const totalMs = systemClock.monotonicMs() - began;
await catalog.close();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
process.stdout.write(
  JSON.stringify({
    ...{ instances: instances.length, points, planningMs, totalMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: maxRSS * 1024 },
    affected: sum.affected,
  }),
);
