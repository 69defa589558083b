import type { Catalog, IllegalCopies, JudgeChange } from '@cbcr/catalog';
import { CbcrError, type Clock, hashRulebook, type Instance, type Rulebook } from '@cbcr/domain';
import { findRefusals, mayUse, type PlannedInstance, resolvePolicy, type Situation } from '@cbcr/policy';
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

/** Copies that may be where they are under the rulebook in force, and may not under the wanted one. */
export async function findNewlyIllegal(
  { catalog, clock }: { catalog: Catalog; clock: Clock },
  wanted: Pick<WantedChange, 'rulebook' | 'instances'>,
): Promise<IllegalCopies[]> {
  const { rulebook: before, hash } = await catalog.rulebook.current();
  if (hash === hashRulebook(wanted.rulebook)) return [];
  const now = clock.now();
  const after = keepVanishedPolicies(before, wanted.rulebook);
  const [known, regions, held] = await Promise.all([
    catalog.instances.list({ retired: true }),
    catalog.regions.list({ unlisted: true }),
    catalog.rulebook.listHeldCopies(),
  ]);
  const instances = new Map([...known, ...(wanted.instances ?? [])].map((instance) => [instance.id, instance]));
  return held.flatMap((copies) => {
    const instance = instances.get(copies.instance);
    if (instance === undefined) return [];
    const [was, is] = [before, after].map((rulebook) => {
      const { policy } = resolvePolicy(rulebook, instance);
      const region = [...rulebook.regions, ...regions].find(({ id }) => id === copies.region) ?? copies.region;
      return mayUse({ rulebook, instance, policy, region, purpose: 'data', now, existing: true });
    });
    return was?.allowed === true && is?.allowed === false ? [{ ...copies, reason: is.reason }] : [];
  });
}

const shown = 10;
