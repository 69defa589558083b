import { createHash } from 'node:crypto';
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

const hashCanonically = (value: object): string => createHash('sha256').update(JSON.stringify(value, sortKeys)).digest('hex');

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
