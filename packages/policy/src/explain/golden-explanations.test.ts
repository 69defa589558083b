import { rulebookSchema } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { sampleCapabilities, sampleInstances, sampleNow, sampleRulebook } from '../sample-fleet.ts';
import { describeExplanation } from './describe-explanation.ts';
import { explainInstance } from './explain-instance.ts';

/*
 * What `explain` says about every instance of a realistic fleet, one file for each data class. `vitest run -u` in this package writes the files
 * anew; read the difference before you commit it.
 */
const classes = [...new Set(sampleInstances.map(({ dataClass }) => dataClass))];

test.each(classes)('the decisions for %s read as they did', async (dataClass) => {
  const texts = sampleInstances
    .filter((instance) => instance.dataClass === dataClass)
    .map((instance) =>
      describeExplanation(explainInstance({ rulebook: sampleRulebook, instance, capabilities: sampleCapabilities, now: sampleNow })).join(
        '\n',
      ),
    );
  await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot(`golden/${dataClass}.txt`);
});

test('what is missing, and what would satisfy it, reads as it did', async () => {
  const rulebook = rulebookSchema.parse({
    ...sampleRulebook,
    regions: sampleRulebook.regions.map((region) => ({ ...region, ...(region.id === 'paris' ? { status: 'draining' } : {}) })),
    policies: sampleRulebook.policies.map((policy) =>
      policy.id === 'patients' ? { ...policy, placement: { copies: 4, spares: 1, constraints: { minimumDistanceKm: 900 } } } : policy,
    ),
  });
  const texts = sampleInstances
    .filter(({ id }) => ['clinic-paris', 'clinic-stockholm', 'trades', 'weather'].includes(id))
    .map((instance) => describeExplanation(explainInstance({ rulebook, instance, now: sampleNow })).join('\n'));
  await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot('golden/unmet.txt');
});

test('secondaries that are nearer to each other than each must be to the home are named, and so are a provider and a jurisdiction that they share', () => {
  const rulebook = rulebookSchema.parse({
    ...sampleRulebook,
    policies: [{ id: 'apart', select: { names: ['*'] }, placement: { copies: 3, prefer: ['virginia', 'iowa'] } }],
    residency: [],
    exceptions: [],
  });
  const [instance] = sampleInstances.filter(({ home }) => home === 'frankfurt');
  if (instance === undefined) throw new RangeError('nobody is at home in frankfurt');
  const nearWith = (constraints: object) => {
    const policies = rulebook.policies.map((policy) => ({ ...policy, placement: { ...policy.placement, constraints } }));
    return explainInstance({ rulebook: { ...rulebook, policies }, instance, now: sampleNow }).near;
  };
  expect(nearWith({})).toEqual([]);
  expect(nearWith({ minimumDistanceKm: 500 })).toEqual([]);
  expect(nearWith({ minimumDistanceKm: 3000, differentJurisdiction: true })).toEqual([
    expect.stringMatching(/^virginia and iowa are \d+ km apart and both in US$/),
  ]);
});

test('the fleet is as large as it says: a dozen regions, five data classes, thirty instances', () => {
  expect([sampleRulebook.regions.length, classes.length, sampleInstances.length]).toEqual([12, 5, 30]);
});
