import type { Instance, Policy, PolicyId, Purpose, RegionId } from '@cbcr/domain';
import type { Restriction } from '../effective/effective-policy.ts';
import type { PreparedRegion, PreparedRulebook } from '../rulebook/prepare-rulebook.ts';

/** A policy as decisions take it: one that stands alone, or several resolved into one. */
export type DecidingPolicy = Pick<Policy, 'id' | 'placement' | 'lock'> & {
  readonly restrictions?: readonly Restriction[];
  readonly origins?: Readonly<Record<string, PolicyId | 'default'>>;
};

export const restrictionsOf = (policy: DecidingPolicy): readonly Restriction[] =>
  policy.restrictions ??
  (policy.placement.jurisdictions === undefined ? [] : [{ policy: policy.id, jurisdictions: policy.placement.jurisdictions }]);

/** `policy gold`, or what stands for it where no policy says anything. */
export const speakerOf = (policy: DecidingPolicy, field: string): string => {
  const origin = policy.origins?.[field] ?? policy.id;
  return origin === 'default' ? 'the default' : `policy ${origin}`;
};

/** May this region be used for this purpose? */
export interface PermissionQuestion {
  readonly prepared: PreparedRulebook;
  readonly instance: Pick<Instance, 'id' | 'dataClass'>;
  readonly policy: DecidingPolicy;
  readonly region: PreparedRegion;
  readonly purpose: Purpose;
  /** About a copy that is there already: may it stay and be read? */
  readonly existing: boolean;
}

/** Denies a region for a purpose. An earlier rule of the list is named first; a region is denied when any rule objects. */
export interface PermissionRule {
  readonly rule: string;
  /** Whether a residency exception that names the region lifts the objection. */
  readonly liftedByException: boolean;
  /** Why not, or null when this rule has no objection. */
  explain(question: PermissionQuestion): string | null;
  /** What would end the objection, in the imperative. */
  wayOut(question: Pick<PermissionQuestion, 'prepared' | 'instance' | 'policy'>, regions: readonly RegionId[]): string;
}
