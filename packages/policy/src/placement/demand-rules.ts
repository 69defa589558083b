import type { DemandRule } from './placement-rule.ts';
import { enoughRegions } from './rules/enough-regions.ts';
import { enoughSpares } from './rules/enough-spares.ts';
import { homeUsable } from './rules/home-usable.ts';
import { synchronousMinimum } from './rules/synchronous-minimum.ts';

/** What a placement must fulfil. Adding one is a file in `rules/` and a line here. They explain themselves by the other rules, hence a list apart. */
export const demandRules: readonly DemandRule[] = [homeUsable, enoughRegions, enoughSpares, synchronousMinimum];
