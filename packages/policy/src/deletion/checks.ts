import type { DeletionPurpose } from '@cbcr/domain';
import { bulkShare } from './checks/bulk-share.ts';
import { clockDoubt } from './checks/clock-doubt.ts';
import { dependents } from './checks/dependents.ts';
import { graceOver } from './checks/grace-over.ts';
import { hasExpired } from './checks/has-expired.ts';
import { hold } from './checks/hold.ts';
import { inUse } from './checks/in-use.ts';
import { isGarbage } from './checks/is-garbage.ts';
import { isIllegal } from './checks/is-illegal.ts';
import { lastGood } from './checks/last-good.ts';
import { lockDate } from './checks/lock-date.ts';
import { minimumCopies } from './checks/minimum-copies.ts';
import { minimumRetention } from './checks/minimum-retention.ts';
import { regionUp } from './checks/region-up.ts';
import { statePermits } from './checks/state-permits.ts';
import { unverifiedReplacement } from './checks/unverified-replacement.ts';
import { wasAskedFor } from './checks/was-asked-for.ts';
import type { DeletionCheck } from './deletion-check.ts';

/** What must be true for a purpose to exist at all. A purpose without one does not compile. */
export const purposeChecks: { readonly [Purpose in DeletionPurpose]: DeletionCheck } = {
  retention: hasExpired,
  residency: isIllegal,
  garbage: isGarbage,
  manual: wasAskedFor,
};

/** Asked of every deletion, whatever it is for. Adding a check is a file in `checks/` and a line here. */
export const deletionChecks: readonly DeletionCheck[] = [
  statePermits,
  hold,
  lockDate,
  minimumRetention,
  lastGood,
  minimumCopies,
  unverifiedReplacement,
  dependents,
  inUse,
  regionUp,
  clockDoubt,
  graceOver,
  bulkShare,
];
