import type { ExclusionRule, OrderingRule } from './placement-rule.ts';
import { capabilityMissing } from './rules/capability-missing.ts';
import { differentJurisdiction } from './rules/different-jurisdiction.ts';
import { differentProvider } from './rules/different-provider.ts';
import { enginePreference } from './rules/engine-preference.ts';
import { homeRegion } from './rules/home-region.ts';
import { minimumDistance } from './rules/minimum-distance.ts';
import { nextByAffinity } from './rules/next-by-affinity.ts';
import { partnerRegion } from './rules/partner-region.ts';
import { preferredSecondary } from './rules/preferred-secondary.ts';
import { sameJurisdiction } from './rules/same-jurisdiction.ts';

/** Every placement rule. Adding one is a file in `rules/` and a line here; the order of a list is the order of precedence. */
export const exclusionRules: readonly ExclusionRule[] = [
  sameJurisdiction,
  differentJurisdiction,
  differentProvider,
  minimumDistance,
  capabilityMissing,
];
export const orderingRules: readonly OrderingRule[] = [homeRegion, preferredSecondary, partnerRegion, enginePreference, nextByAffinity];
