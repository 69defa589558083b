import type { Check } from './check.ts';
import { checkCopies } from './check-copies.ts';
import { checkHomes } from './check-homes.ts';
import { checkJurisdictions } from './check-jurisdictions.ts';
import { checkPreferences } from './check-preferences.ts';
import { checkReferences } from './check-references.ts';
import { checkSchedules } from './check-schedules.ts';
import { checkSharedStores } from './check-shared-stores.ts';

/** Every check across entries. Adding one is a file and a line here. Of several problems at one path the first speaks. */
export const checks: readonly Check[] = [
  checkReferences,
  checkSchedules,
  checkJurisdictions,
  checkPreferences,
  checkCopies,
  checkHomes,
  checkSharedStores,
];
