import { type FanOutTarget, withLock } from '@cbcr/blobstore';
import { type Reason, type Region, type RegionId, toCbcrError } from '@cbcr/domain';
import { locksOf, mayUse, wantedLock } from '@cbcr/policy';
import { type DecisionFacts, regionOf } from '../decision-facts.ts';
import { openThrottled, traffic } from '../open-throttled.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { createResidencyGuard, withResidencyGuard } from '../residency-guard.ts';
import { requireSynchronousMinimum } from './synchronous-minimum.ts';

export interface BackupTargets {
  /** Placed regions that take part in the capture, each as it was opened. */
  open: (FanOutTarget & { opened: Region })[];
  /** Placed regions that do not, each with the reason: their copies are debts from the start. */
  absent: { region: RegionId; reason: Reason }[];
}

/**
 * Splits the placement into regions that can be written now and those that cannot. A region that is down is left out at once, so
 * that the capture never waits for it (I9). Throws `placement.none-reachable` when too few are left for the synchronous minimum:
 * the run then waits; it never takes a region that is not placed.
 */
export async function openTargets(deps: OperationDependencies, facts: DecisionFacts, signal: AbortSignal): Promise<BackupTargets> {
  const demandedIn = locksOf(facts.rulebook, facts.instance);
  const targets: BackupTargets = { open: [], absent: [] };
  for (const { region: id } of facts.placement.placed) {
    const region = regionOf(facts, id);
    const objection = mayUse({ ...facts, region, purpose: 'data' });
    const state = facts.health.get(id);
    if (!objection.allowed) {
      targets.absent.push({ region: id, reason: objection.reason });
    } else if (state?.state === 'down') {
      targets.absent.push({ region: id, reason: { rule: 'region-down', text: `${id} is down: ${state.reason}` } });
    } else {
      try {
        const guard = createResidencyGuard(deps, facts.instance, region, 'data', signal);
        // From the first byte on; exactly until when, the run that follows the capture sees to.
        const lock = wantedLock(demandedIn(id), facts.now.getTime(), facts.now, deps.tuning.longestLockMs);
        targets.open.push({
          region: id,
          opened: region,
          store: withLock(withResidencyGuard(await openThrottled(deps, region, traffic.backup(facts.instance.home, id)), guard), lock),
        });
      } catch (error) {
        targets.absent.push({ region: id, reason: { rule: 'store-not-opened', text: toCbcrError(error).message } });
      }
    }
  }
  requireSynchronousMinimum(facts, targets.open.length, targets.absent);
  return targets;
}
