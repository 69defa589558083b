import type { ErrorEntry } from '../error-entry.ts';

export const placementErrors = {
  'placement.region-forbidden': {
    sentence: 'Region {region} may not hold data of {instance}: {cause}.',
    hint: 'Choose an allowed region (cbcr instances show {instance}), or change the policy.',
    treatment: 'never',
    status: 403,
  },
  'placement.region-not-placed': {
    sentence: 'Region {region} is a spare of {instance}: its policy demands no copy there.',
    hint: 'See where its copies must live with: cbcr instances show {instance}. To have one there, change the policy.',
    treatment: 'never',
    status: 409,
  },
  'placement.none-reachable': {
    sentence: 'Too few of the regions placed for {instance} can be written now: {cause}.',
    hint: 'The run waits until they are back (cbcr regions list), and never falls back to a region outside the allowed set.',
    treatment: 'outage',
    status: 503,
  },
  'region.unavailable': {
    sentence: 'Region {region} is not available: {cause}.',
    hint: 'The run waits for the region and costs no attempt.',
    treatment: 'outage',
    status: 503,
  },
  'region.not-found': {
    sentence: 'There is no region {region}.',
    hint: 'Regions are described in cbcr.yaml. Known: {known}.',
    treatment: 'never',
    status: 404,
  },
  'instance.not-found': {
    sentence: 'There is no instance {instance}.',
    hint: 'List the instances with: cbcr instances list',
    treatment: 'never',
    status: 404,
  },
  'instance.exists': {
    sentence: 'The instance {instance} already exists with other settings.',
    hint: 'Choose another name. To change the instance, describe it in cbcr.yaml and apply that: cbcr policy apply',
    treatment: 'never',
    status: 409,
  },
  'instance.retired': {
    sentence: 'The instance {instance} is retired: nothing new is captured.',
    hint: 'Add it again with: cbcr instances add {instance}',
    treatment: 'never',
    status: 409,
  },
  'policy.not-found': {
    sentence: 'There is no policy {policy}.',
    hint: 'Policies are described in cbcr.yaml. Known: {known}.',
    treatment: 'never',
    status: 404,
  },
  'policy.version-not-found': {
    sentence: 'There is no version {version} of the policies.',
    hint: 'List the versions with: cbcr policy history',
    treatment: 'never',
    status: 404,
  },
  'policy.change-refused': {
    sentence: 'The change is refused: {cause}.',
    hint: 'Correct what is named and apply again. To leave instances without a legal copy on purpose: cbcr policy apply FILE --force --reason why',
    treatment: 'never',
    status: 409,
  },
  'policy.plan-refused': {
    sentence: 'Applying this would be refused, because of {instances}.',
    hint: 'The plan says for each of them why, and whether it can be forced: cbcr policy apply FILE --force --reason why',
    treatment: 'never',
    status: 409,
  },
  'policy.none-applies': {
    sentence: 'No policy applies to {instance}.',
    hint: 'Let the instance name a policy, or give a policy a selector that matches it. Known: {known}.',
    treatment: 'never',
    status: 422,
  },
  'point.not-found': {
    sentence: 'There is no recovery point {point}.',
    hint: 'List the points with: cbcr points list',
    treatment: 'never',
    status: 404,
  },
  'copy.not-found': {
    sentence: 'There is no copy of {point} in region {region}.',
    hint: 'See where its copies are with: cbcr points show {point}',
    treatment: 'never',
    status: 404,
  },
  'copy.deletion-refused': {
    sentence: 'No copy of {point} goes: {cause}.',
    hint: 'Nothing was marked. Mend what stands in the way, or leave the copies. What the rules say of them: cbcr retention explain {point}',
    treatment: 'never',
    status: 409,
  },
  'copy.being-deleted': {
    sentence: 'What lies of {point} in region {region} is being deleted.',
    hint: 'Nothing to do: the run waits until that has ended. See: cbcr retention pending',
    treatment: 'outage',
    status: 409,
  },
  'copy.deleted-lately': {
    sentence: 'A worker that was taken over amid the deletion of what lay of {point} in region {region} may wake up and go on with it.',
    hint: 'Nothing to do: the run waits, and the copy is begun after {until}, when nothing of that worker can come through any more.',
    treatment: 'outage',
    status: 409,
  },
  'point.not-complete': {
    sentence: 'The recovery point {point} is {state} and cannot be restored.',
    hint: 'Choose a complete point: cbcr points list',
    treatment: 'never',
    status: 409,
  },
  'point.none': {
    sentence: '{instance} has no recovery point that can be restored.',
    hint: 'Make one with: cbcr backup {instance} --wait',
    treatment: 'never',
    status: 409,
  },
} as const satisfies Record<string, ErrorEntry>;
