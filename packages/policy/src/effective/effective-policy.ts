import type { Policy, PolicyId } from '@cbcr/domain';

/** A policy that confines copies to jurisdictions. Every restriction must hold: merging never weakens one. */
export interface Restriction {
  readonly policy: PolicyId;
  /** A region must lie in at least one of them. */
  readonly jurisdictions: readonly string[];
}

/** The policies that apply to one instance as one, where a plain policy is expected. */
export interface ResolvedPolicy extends Policy {
  /** Of all applying policies; `placement.jurisdictions` is only that of the most specific. */
  readonly restrictions: readonly Restriction[];
  /** By field, such as `placement.copies`: the policy that set it, so that a reason names the one to change. */
  readonly origins: Readonly<Record<string, PolicyId | 'default'>>;
}

/** The value of one field and who said so. */
export interface FieldOrigin {
  /** Such as `placement.copies`. */
  readonly field: string;
  readonly value: unknown;
  readonly from: PolicyId | 'default';
  readonly why: string;
}

/** What one instance needs, and which policy set each field. */
export interface EffectivePolicy {
  readonly policy: ResolvedPolicy;
  /** The policies that apply, most specific first, each with the reason. */
  readonly applying: readonly { readonly policy: PolicyId; readonly why: string }[];
  /** Every field that has a value, in the order of the written policy. */
  readonly fields: readonly FieldOrigin[];
}
