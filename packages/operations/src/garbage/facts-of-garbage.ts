import type { InstanceId, RecoveryPointId, RegionId, RunId } from '@cbcr/domain';
import type { DeletionFacts, StoredPointVerdict } from '@cbcr/policy';
import { type DeletionSituation, usersOf } from '../retention/read-deletion-facts.ts';
import type { StoreLocks } from '../retention/store-locks.ts';

interface GarbageInQuestion {
  instance: InstanceId;
  point: RecoveryPointId;
  region: RegionId;
  stage: DeletionFacts['stage'];
  found: StoredPointVerdict;
  /** When the youngest object of it was written. */
  writtenAt: Date | null;
  /** An earlier attempt began to delete it, and nothing is seen of it any more. */
  isEnding?: boolean;
  locks: StoreLocks;
  /** The run that asks: it uses nothing. */
  run: RunId;
}

/** What the deletion gate asks about what an attempt left behind. The situation is of the instance, and knows of the point. */
export function factsOfGarbage(situation: DeletionSituation, question: GarbageInQuestion): DeletionFacts {
  const { instance, point, region, stage, found, writtenAt, isEnding = false, locks, run } = question;
  const { decision, facts, clockDoubt, margins } = situation;
  const known = facts.get(point);
  const capturedAt = known?.point.capturedAt ?? null;
  const at = { id: point, capturedAtMs: capturedAt?.getTime() ?? decision.now.getTime() };
  return {
    purpose: 'garbage',
    stage,
    now: decision.now,
    instance: { id: instance, retiredFrom: decision.instance.retiredAt },
    point: known === undefined || capturedAt === null ? null : { id: point, state: known.point.state, capturedAt },
    pointId: point,
    region,
    copy: null,
    others: [],
    retention: null,
    minimumUntil: null,
    permission: { allowed: true, reason: found.reason },
    owed: null,
    garbage: found,
    garbageWrittenAt: writtenAt,
    garbageIsEnding: isEnding,
    request: null,
    holds: [...situation.holdsOn(at, region), ...locks.holds],
    lockedUntil: locks.lockedUntil,
    newestGoodWithout: null,
    minimumCopies: 0,
    dependents: [],
    users: known === undefined ? [] : usersOf(known, run).map(({ id, kind }) => ({ id, kind })),
    health: decision.health.get(region) ?? { state: 'unknown', reason: 'no worker has ever reported', since: null },
    clockDoubt,
    graceMs: margins.graceMs,
    bulk: null,
  };
}
