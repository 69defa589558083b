import type { Instance, Policy } from '@cbcr/domain';
import { isRegionAllowed, type Permission } from '../placement/is-region-allowed.ts';
import type { PlaceableRegion } from '../placement/placement-rule.ts';

/** May this instance's data be restored in this region? A restore writes data as a backup does, so the same rules decide. */
export function checkRestoreTarget(input: {
  instance: Pick<Instance, 'id'>;
  policy: Pick<Policy, 'id' | 'placement'>;
  region: PlaceableRegion;
}): Permission {
  const { allowed, reason } = isRegionAllowed(input.policy, input.region);
  const verdict = allowed ? 'may be restored there' : 'may not be restored there';
  return { allowed, reason: { rule: reason.rule, text: `${reason.text}; ${input.instance.id} ${verdict}` } };
}
