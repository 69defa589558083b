import { rulebookOf } from '@cbcr/catalog';
import type { Config } from '@cbcr/config';
import { CbcrError, type InstanceId } from '@cbcr/domain';
import { type FleetPlan, type Situation, type Supposition, startFleetPlan, suppose, supposeInstance } from '@cbcr/policy';
import type { ApiDependencies } from './http/routes/route.ts';
import { findUnlisted, keepVanishedPolicies } from './keep-vanished-policies.ts';
import { asProposed, planned } from './planned-instance.ts';
import { readHoldings, readSituation } from './read-situation.ts';

/** What is asked about: another configuration, a supposition, or both at once. */
export interface ProposedChange {
  /** Null: what is in force now. */
  config: Config | null;
  supposition: Supposition;
}

/** Compares the fleet as it is with the fleet as it would be. Changes nothing. Throws `region.not-found` and `instance.not-found`. */
export async function planFleet(
  deps: Pick<ApiDependencies, 'catalog' | 'health' | 'clock'>,
  { config, supposition }: ProposedChange,
): Promise<FleetPlan> {
  const [before, instances] = await Promise.all([readSituation(deps), deps.catalog.instances.list({ retired: true })]);
  const proposed = config === null ? before : await propose(deps, before, config);
  requireKnown(supposition, new Set(proposed.rulebook.regions.map(({ id }) => id)), new Set(instances.map(({ id }) => id)));
  const after = suppose(proposed, supposition);
  const named = config && new Map(config.instances.map((instance) => [instance.id, instance]));

  const planner = startFleetPlan(before, after);
  for await (const { instance, points } of readHoldings(deps, instances)) {
    const now = planned(instance);
    const next = named === null ? now : asProposed(now, instance.source === 'config', named);
    planner.add({ before: now, after: supposeInstance(next, supposition), points });
  }
  const known = new Set<InstanceId>(instances.map(({ id }) => id));
  for (const instance of named?.values() ?? []) {
    if (!known.has(instance.id)) planner.add({ before: null, after: supposeInstance(instance, supposition), points: [] });
  }
  return planner.result();
}

async function propose({ catalog }: Pick<ApiDependencies, 'catalog'>, before: Situation, config: Config): Promise<Situation> {
  const rulebook = keepVanishedPolicies(before.rulebook, rulebookOf(config));
  return { ...before, rulebook, unlisted: findUnlisted(await catalog.regions.list({ unlisted: true }), rulebook) };
}

function requireKnown({ down = [], removed = [], moved }: Supposition, regions: ReadonlySet<string>, instances: ReadonlySet<string>): void {
  for (const region of [...down, ...removed, ...(moved?.values() ?? [])]) {
    if (!regions.has(region)) throw new CbcrError('region.not-found', { region, known: [...regions].sort().join(', ') || 'none' });
  }
  for (const instance of moved?.keys() ?? []) {
    if (!instances.has(instance)) throw new CbcrError('instance.not-found', { instance });
  }
}
