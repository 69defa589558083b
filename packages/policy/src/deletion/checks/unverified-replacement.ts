import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const unverifiedReplacement: DeletionCheck = {
  rule: 'unverified-replacement',
  ask({ purpose, owed }) {
    if (purpose !== 'residency') return allow('nothing takes its place');
    return owed === null ? allow('every copy that the policy demands is verified') : deny(owed.text);
  },
};
