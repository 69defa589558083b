import { type Instance, instanceSchema } from '@cbcr/domain';
import { describe, test } from 'vitest';
import { resolvePolicy } from '../src/effective/resolve-policy.ts';
import { getStorageRegions } from '../src/placement/get-storage-regions.ts';
import { prepareRulebook } from '../src/rulebook/prepare-rulebook.ts';
import { sampleCapabilities, sampleInstances, sampleNow, sampleRulebook } from '../src/sample-fleet.ts';

/** The sample fleet, its thirty instances under 10,000 names: a dozen regions, seven policies, residency, constraints, an exception. */
const instances: Instance[] = Array.from({ length: 10_000 }, (_, index) => {
  const like = sampleInstances[index % sampleInstances.length];
  return instanceSchema.parse({ ...like, id: `${like?.id}-${index}`, policy: 'baseline', connection: 'env:X' });
});
const options = { time: 4_000, iterations: 5, warmupIterations: 1, warmupTime: 0 };

/** Promised: 10,000 instances in 12 regions placed within 1 s on one core. */
describe('10,000 instances, 12 regions', () => {
  test('placed, and what the parts cost', async ({ bench }) => {
    const placeAll = () => {
      // A fresh object, so that the rulebook is prepared within the measurement.
      const rulebook = { ...sampleRulebook };
      for (const instance of instances) {
        const { policy } = resolvePolicy(rulebook, instance);
        getStorageRegions({ rulebook, instance, policy, capabilities: sampleCapabilities, now: sampleNow });
      }
    };
    const resolveAll = () => {
      for (const instance of instances) resolvePolicy(sampleRulebook, instance);
    };
    await bench.compare(
      bench('policies resolved and copies placed, with a reason for every region', placeAll),
      bench('of that: policies resolved', resolveAll),
      bench('of that: the rulebook prepared, once', () => void prepareRulebook({ ...sampleRulebook })),
      options,
    );
  });
});
