import { type Rulebook, rulebookSchema } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { sampleCapabilities, sampleHealth, sampleInstances, sampleNow, sampleRulebook } from '../sample-fleet.ts';
import { regionId } from '../samples.ts';
import type { Situation } from '../situation/situation.ts';
import { describePlan } from './describe-plan.ts';
import { startFleetPlan } from './fleet-plan.ts';
import { sampleHolding } from './sample-holdings.ts';
import { type Supposition, suppose, supposeInstance } from './simulate.ts';

/*
 * What administrators read before they change something, on a realistic fleet. `vitest run -u` writes the files anew; read the difference
 * before you commit it.
 */
const today: Situation = { rulebook: sampleRulebook, capabilities: sampleCapabilities, health: sampleHealth, now: sampleNow };

function planAgainst(after: Situation, supposition: Supposition = {}): string {
  const planner = startFleetPlan(today, after);
  for (const before of sampleInstances) {
    planner.add({ before, after: supposeInstance(before, supposition), points: sampleHolding(today, before) });
  }
  return `${describePlan(planner.result()).join('\n')}\n`;
}

const supposing = (supposition: Supposition): string => planAgainst(suppose(today, supposition), supposition);
const editing = (edit: (rulebook: Rulebook) => Partial<Rulebook>): string =>
  planAgainst({ ...today, rulebook: rulebookSchema.parse({ ...sampleRulebook, ...edit(sampleRulebook) }) });

const moving = (instance: string, home: string): Supposition => ({
  moved: new Map(sampleInstances.filter(({ id }) => id === instance).map(({ id }) => [id, regionId(home)])),
});

const plans: Record<string, () => string> = {
  'nothing-changes': () => planAgainst(today),
  'people-leave-switzerland': () =>
    editing(({ residency }) => ({
      residency: residency.map((policy) => (policy.id === 'people-stay' ? { ...policy, data: { allow: ['EEA'], forbid: [] } } : policy)),
    })),
  'cards-in-three-places': () =>
    editing(({ policies }) => ({
      policies: policies.map((policy) => (policy.id === 'cards' ? { ...policy, placement: { ...policy.placement, copies: 3 } } : policy)),
    })),
  'frankfurt-is-down': () => supposing({ down: [regionId('frankfurt')] }),
  'dublin-is-removed': () => supposing({ removed: [regionId('dublin')] }),
  'a-ledger-moves': () => supposing(moving('ledger-east', 'montreal')),
};

test('what a plan does not read is not said to disappear with its framework', () => {
  const text = editing(() => ({ compliance: { frameworks: [] } }));
  expect(text).toMatch(/findings disappearing +\d/);
  expect(text).not.toContain('was not read');
});

test.each(Object.keys(plans))('the plan %s reads as it did', async (name) => {
  await expect(plans[name]?.()).toMatchFileSnapshot(`golden/${name}.txt`);
});
