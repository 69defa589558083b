import type { DemandRule, ExclusionRule, OrderingRule } from './placement-rule.ts';
import { enoughRegions } from './rules/enough-regions.ts';
import { homeRegion } from './rules/home-region.ts';
import { homeUsable } from './rules/home-usable.ts';
import { jurisdictionForbidden } from './rules/jurisdiction-forbidden.ts';
import { nextByName } from './rules/next-by-name.ts';
import { preferredSecondary } from './rules/preferred-secondary.ts';
import { synchronousMinimum } from './rules/synchronous-minimum.ts';

/** Every placement rule. Adding one is a file in `rules/` and a line here; the order of a list is the order of precedence. */
export const exclusionRules: readonly ExclusionRule[] = [jurisdictionForbidden];
export const orderingRules: readonly OrderingRule[] = [homeRegion, preferredSecondary, nextByName];
export const demandRules: readonly DemandRule[] = [homeUsable, enoughRegions, synchronousMinimum];
