import { createHash } from 'node:crypto';
import type { Policy } from './policy.ts';

/** SHA-256 (hex) of a policy's canonical JSON: keys sorted, lists in their order, absent values left out. Goes into every manifest. */
export function hashPolicy(policy: Policy): string {
  return createHash('sha256').update(JSON.stringify(policy, sortKeys)).digest('hex');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
