import type { Check } from './check.ts';
import { checkCompliance } from './check-compliance.ts';
import { checkCoverage } from './check-coverage.ts';
import { checkDataClasses } from './check-data-classes.ts';
import { checkDurations } from './check-durations.ts';
import { checkExceptions } from './check-exceptions.ts';
import { checkGroups } from './check-groups.ts';
import { checkKeys } from './check-keys.ts';
import { checkLocks } from './check-locks.ts';
import { checkPlacement } from './check-placement.ts';
import { checkPreferences } from './check-preferences.ts';
import { checkReferences } from './check-references.ts';
import { checkRetention } from './check-retention.ts';
import { checkSchedules } from './check-schedules.ts';
import { checkSharedStores } from './check-shared-stores.ts';
import { checkZones } from './check-zones.ts';

/** Every check across entries. Adding one is a file and a line here. Of several problems at one path the first speaks. */
export const checks: readonly Check[] = [
  checkReferences,
  checkGroups,
  checkSchedules,
  checkDurations,
  checkRetention,
  checkPreferences,
  checkZones,
  checkDataClasses,
  checkCoverage,
  checkPlacement,
  checkLocks,
  checkKeys,
  checkExceptions,
  checkCompliance,
  checkSharedStores,
];
