import type { Instance, Purpose, Reason, Region, RegionId, Rulebook } from '@cbcr/domain';
import { prepareRulebook } from '../rulebook/prepare-rulebook.ts';
import { findExceptions } from './exceptions.ts';
import { type DecidingPolicy, type PermissionQuestion, restrictionsOf } from './permission-rule.ts';
import { permissionRules } from './permission-rules.ts';
import { findPlace, purposeWords, zoneOf } from './zone.ts';

/** An answer and the rule behind it. */
export interface Permission {
  allowed: boolean;
  reason: Reason;
  /** The residency exception without which it were not allowed. */
  exception?: string;
}

export interface PermissionInput {
  rulebook: Rulebook;
  instance: Pick<Instance, 'id' | 'dataClass'>;
  policy: DecidingPolicy;
  /** By its name; whole, when the rulebook may no longer list it and copies lie there still. */
  region: RegionId | Region;
  purpose: Purpose;
  now: Date;
  /** Ask about a copy that is there already: may it stay and be read? Otherwise the question is about something new. */
  existing?: boolean;
}

/**
 * May this region be used for this purpose? The one answer for placing, writing, keys, restores and drills: asked when copies are placed, by
 * workers again before the first byte and before the manifest, and for the target of a restore. A data class with a residency policy is denied
 * wherever the policy does not allow it; only an exception that names the region lifts that, until it expires. Region health never changes the
 * answer: an outage does not widen the allowed set.
 */
export function mayUse({ rulebook, region, now, existing = false, ...rest }: PermissionInput): Permission {
  const prepared = prepareRulebook(rulebook);
  const id = typeof region === 'string' ? region : region.id;
  const known =
    prepared.regions.get(id) ?? (typeof region === 'string' ? undefined : { region, listed: false, ...prepared.locate(region) });
  if (known === undefined) return { allowed: false, reason: { rule: 'region-unknown', text: `${id} is not among the regions` } };
  return judge({ ...rest, prepared, region: known, existing }, now);
}

/** As {@link mayUse}, for a region that is known. */
export function judge(question: PermissionQuestion, now: Date): Permission {
  let lifted: Permission | undefined;
  for (const { rule, explain, liftedByException } of permissionRules) {
    const objection = explain(question);
    if (objection === null) continue;
    if (!liftedByException) return { allowed: false, reason: { rule, text: objection } };
    const { valid, expired } = findExceptions(question, now);
    if (valid === undefined) {
      const over = expired === undefined ? '' : `; the exception ${expired.id} expired at ${expired.expires.toISOString()}`;
      return { allowed: false, reason: { rule, text: `${objection}${over}` } };
    }
    const until = valid.expires.toISOString();
    const text = `exception ${valid.id} of ${valid.grantedBy}, until ${until} (${valid.reason}); without it: ${objection}`;
    lifted ??= { allowed: true, reason: { rule: 'residency-exception', text }, exception: valid.id };
  }
  return lifted ?? { allowed: true, reason: explainPermission(question) };
}

function explainPermission({ prepared, instance, policy, region, purpose }: PermissionQuestion): Reason {
  const { id } = region.region;
  const [residency] = prepared.residencyOf.get(instance.dataClass) ?? [];
  if (residency !== undefined) {
    const place = findPlace(region, zoneOf(residency, purpose).allow) ?? id;
    const text =
      place === id
        ? `residency policy ${residency.id} allows ${purposeWords[purpose]} of ${instance.dataClass} in ${id}`
        : `${id} lies in ${place}, where residency policy ${residency.id} allows ${purposeWords[purpose]} of ${instance.dataClass}`;
    return { rule: 'residency-allowed', text };
  }
  const [restriction] = purpose === 'key' ? [] : restrictionsOf(policy);
  if (restriction !== undefined) {
    const shared = restriction.jurisdictions.filter((one) => region.liesIn.has(one));
    return { rule: 'jurisdiction-allowed', text: `${id} lies in ${shared.join(', ')}, which policy ${restriction.policy} allows` };
  }
  return { rule: 'not-restricted', text: `nothing restricts where ${purposeWords[purpose]} of ${instance.dataClass} may be` };
}
