import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Policy, RulebookPolicy } from './policy.ts';
import type { Rulebook } from './rulebook/rulebook.ts';

/** SHA-256 (hex) of a policy's canonical JSON: keys sorted, lists in their order, absent values left out. Goes into every manifest. */
export function hashPolicy(policy: Policy | RulebookPolicy): string {
  return hashCanonically(policy);
}

/** As {@link hashPolicy}: two rulebooks with the same hash say the same. */
export function hashRulebook(rulebook: Rulebook): string {
  return hashCanonically(rulebook);
}

/** By way of JSON: moments are text there. */
const hashCanonically = (value: object): string =>
  createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(value))))
    .digest('hex');
