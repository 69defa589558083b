import { expect, test } from 'vitest';
import { hashPolicy } from './hash-policy.ts';
import { policySchema } from './policy.ts';

const policy = policySchema.parse({
  id: 'standard',
  placement: { copies: 2, prefer: ['b', 'c'], jurisdictions: ['EU'] },
  schedule: { cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
});

test('the order of keys does not change the hash, the order of preference does', () => {
  const { id, placement, schedule } = policy;
  const { synchronousMinimum, jurisdictions, prefer, copies } = placement;
  const reordered = { schedule, placement: { synchronousMinimum, jurisdictions, prefer, copies }, id };
  expect(hashPolicy(policySchema.parse(reordered))).toBe(hashPolicy(policy));
  expect(hashPolicy({ ...policy, placement: { ...placement, prefer: [...prefer].reverse() } })).not.toBe(hashPolicy(policy));
});

test('the hash of a policy is fixed, because manifests carry it', () => {
  expect(hashPolicy(policy)).toBe('6aa37ddc3462440afe66bf1e650610a52018640a4a71d31cf6c8f0456f5deec1');
});
