import type { Duration, RulebookPolicy } from '@cbcr/domain';
import { describeLock, stricterLock } from './lock-in.ts';

/** A leaf of a policy that is decided on its own. */
export interface PolicyField<Value> {
  readonly name: string;
  read(policy: RulebookPolicy): Value | undefined;
  /** Where the most specific must not win because that would weaken what another policy demands. */
  readonly strictest?: { readonly word: string; choose(a: Value, b: Value): Value };
  describe?(value: Value): string;
}

const field = <Value>(name: string, read: PolicyField<Value>['read'], more: Partial<PolicyField<Value>> = {}): PolicyField<Value> => ({
  name,
  read,
  ...more,
});

const longest = { word: 'longest', choose: (a: Duration, b: Duration) => (b.ms > a.ms ? b : a) };
const shortest = { word: 'shortest', choose: (a: Duration, b: Duration) => (b.ms < a.ms ? b : a) };
const textOf = ({ text }: Duration): string => text;

/** Every leaf that one policy decides alone. Adding a field is an entry here and a place in `resolvePolicy`. Jurisdictions are restrictions: all of them hold. */
export const policyFields = {
  copies: field('placement.copies', ({ placement }) => placement.copies),
  prefer: field('placement.prefer', ({ placement }) => placement.prefer),
  synchronousMinimum: field('placement.synchronousMinimum', ({ placement }) => placement.synchronousMinimum),
  spares: field('placement.spares', ({ placement }) => placement.spares),
  minimumDistanceKm: field('placement.constraints.minimumDistanceKm', ({ placement }) => placement.constraints?.minimumDistanceKm),
  differentJurisdiction: field(
    'placement.constraints.differentJurisdiction',
    ({ placement }) => placement.constraints?.differentJurisdiction,
  ),
  differentProvider: field('placement.constraints.differentProvider', ({ placement }) => placement.constraints?.differentProvider),
  sameJurisdiction: field('placement.constraints.sameJurisdiction', ({ placement }) => placement.constraints?.sameJurisdiction),
  capabilities: field('placement.constraints.capabilities', ({ placement }) => placement.constraints?.capabilities),
  schedule: field('schedule', (policy) => policy.schedule),
  rpo: field('rpo', (policy) => policy.rpo, { describe: textOf }),
  rto: field('rto', (policy) => policy.rto, { describe: textOf }),
  keepFor: field('retention.keepFor', ({ retention }) => retention?.keepFor, { describe: textOf }),
  minimum: field('retention.minimum', ({ retention }) => retention?.minimum, { strictest: longest, describe: textOf }),
  maximum: field('retention.maximum', ({ retention }) => retention?.maximum, { strictest: shortest, describe: textOf }),
  lock: field('lock', (policy) => policy.lock, { strictest: { word: 'strictest', choose: stricterLock }, describe: describeLock }),
  encryptionRequired: field('encryption.required', ({ encryption }) => encryption?.required),
  verifyEvery: field('verifyEvery', (policy) => policy.verifyEvery, { describe: textOf }),
  drillEvery: field('drillEvery', (policy) => policy.drillEvery, { describe: textOf }),
  priority: field('priority', (policy) => policy.priority),
};
