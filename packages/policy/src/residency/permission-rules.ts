import type { PermissionRule } from './permission-rule.ts';
import { jurisdictionForbidden } from './rules/jurisdiction-forbidden.ts';
import { regionDisabled } from './rules/region-disabled.ts';
import { regionDraining } from './rules/region-draining.ts';
import { regionNotListed } from './rules/region-not-listed.ts';
import { residencyForbidden } from './rules/residency-forbidden.ts';
import { residencyNotAllowed } from './rules/residency-not-allowed.ts';

/** Everything that can deny a region. Adding a rule is a file in `rules/` and a line here; the first that objects gives the reason. */
export const permissionRules: readonly PermissionRule[] = [
  regionNotListed,
  regionDisabled,
  residencyForbidden,
  residencyNotAllowed,
  jurisdictionForbidden,
  regionDraining,
];
