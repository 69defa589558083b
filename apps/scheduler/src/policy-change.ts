import type { Catalog, JudgeChange } from '@cbcr/catalog';
import { CbcrError, type Clock, type Instance, type Rulebook } from '@cbcr/domain';
import { findRefusals, type PlannedInstance, type Situation } from '@cbcr/policy';
import { findUnlisted, keepVanishedPolicies } from './keep-vanished-policies.ts';
import { asProposed, planned } from './planned-instance.ts';

/** What somebody wants to apply. */
export interface WantedChange {
  rulebook: Rulebook;
  /** What the file names; null when instances stay as they are. */
  instances: readonly Instance[] | null;
  /** Leave instances without a legal copy if it must be. */
  force: boolean;
}

/**
 * Judges a change in the transaction that makes it, as a plan of it does before: refuses one under which an instance had no policy at all, or, unless it is
 * forced, no legal copy. What counts is copies that exist and were verified. Throws `policy.change-refused`.
 */
export async function judgeChange(
  { catalog, clock }: { catalog: Pick<Catalog, 'capabilities'>; clock: Clock },
  { rulebook, instances, force }: WantedChange,
): Promise<JudgeChange> {
  const capabilities = await catalog.capabilities.read();
  return (seen) => {
    const situation = { capabilities, health: new Map(), now: clock.now() };
    const before: Situation = { ...situation, rulebook: seen.rulebook, unlisted: findUnlisted(seen.regions, seen.rulebook) };
    const kept = keepVanishedPolicies(seen.rulebook, rulebook);
    const after: Situation = { ...situation, rulebook: kept, unlisted: findUnlisted(seen.regions, kept) };

    const named = instances && new Map(instances.map((instance) => [instance.id, instance]));
    const known = seen.instances.map((instance) => {
      const now = planned(instance);
      const next = named === null ? now : asProposed(now, instance.source === 'config', named);
      return { before: now, after: next, verifiedIn: seen.verifiedIn.get(instance.id) ?? [] };
    });
    const ids = new Set<PlannedInstance['id']>(seen.instances.map(({ id }) => id));
    const added = (instances ?? []).filter(({ id }) => !ids.has(id)).map((instance) => ({ before: null, after: instance, verifiedIn: [] }));

    const refusals = findRefusals(before, after, [...known, ...added]).filter(({ reason }) => !(force && reason.canForce));
    if (refusals.length === 0) return;
    const texts = refusals.slice(0, shown).map(({ reason }) => reason.text);
    const more = refusals.length > shown ? `; and ${refusals.length - shown} more` : '';
    throw new CbcrError('policy.change-refused', { cause: `${texts.join('; ')}${more}` });
  };
}

const shown = 10;
