import type {
  CopyLock,
  HeldCopy,
  HeldPoint,
  Hold,
  HoldEffect,
  HoldId,
  RecoveryPointId,
  RegionCapabilities,
  RegionId,
  Rulebook,
} from '@cbcr/domain';
import { holdsOn, holdsOnInstance, protectsUntil } from '../holds/holds-on.ts';
import type { PlannedInstance } from '../situation/situation.ts';
import { locksOf, type WantedLock, wantedLock } from './wanted-lock.ts';

/** What shall protect the copies of an instance, and what their stores were told so far. */
export interface StoreProtectionFacts {
  readonly rulebook: Rulebook;
  readonly instance: PlannedInstance;
  readonly points: readonly HeldPoint[];
  /** Those in force, and those that were released so lately that an effect of theirs may have to be cleared. */
  readonly holds: readonly Hold[];
  readonly effects: readonly HoldEffect[];
  readonly locks: readonly CopyLock[];
  /** Copies whose lock may be lifted, with why. */
  readonly exceptions: readonly { point: RecoveryPointId; region: RegionId; reason: string }[];
  /** Locks never reach further into the future. */
  readonly longestLockMs: number;
  /** What workers found in the stores: one that cannot lock is not asked to. */
  readonly capabilities: RegionCapabilities;
  readonly now: Date;
}

/** What a store has to be told about one copy. */
export interface StoreProtectionStep {
  readonly point: RecoveryPointId;
  readonly region: RegionId;
  /** The store's own legal hold on every version; null: as it is. */
  readonly legalHold: boolean | null;
  /** Holds that the store does not enforce yet. */
  readonly set: readonly HoldId[];
  /** Holds that it need not enforce any longer. */
  readonly clear: readonly HoldId[];
  /** Null: as it is. */
  readonly lock: WantedLock | LiftedLock | null;
}

/** A governance lock comes off: until when it was, and why. */
interface LiftedLock {
  readonly until: Date;
  readonly reason: string;
}

export interface StoreProtectionPlan {
  readonly steps: readonly StoreProtectionStep[];
  /** The first moment at which the answer changes although nothing happens. */
  readonly nextAt: Date | null;
}

/** A store that could not do it is asked again now and then: somebody may have changed its bucket. */
const askAgainMs = { failed: 600_000, unsupported: 86_400_000 } as const;
/** Stores keep lock dates in whole seconds. */
const lockPrecisionMs = 1_000;
const hasBytes = ({ state }: HeldCopy) => state === 'stored' || state === 'verified' || state === 'expiring';
/** What failed may have been done on some of the versions: they would be held for ever. */
const mayBeSet = ({ state }: HoldEffect) => state === 'set' || state === 'failed';
const keyOf = (point: string, region: string) => `${point} ${region}`;

/** The difference between what shall protect the copies and what the stores were told. Once it is carried out, the next plan is empty. */
export function planStoreProtection(facts: StoreProtectionFacts): StoreProtectionPlan {
  const { rulebook, instance, points, now } = facts;
  const moment = { now, releaseGraceMs: rulebook.retention.releaseGrace.ms };
  const demandedIn = locksOf(rulebook, instance);
  const holds = holdsOnInstance(facts.holds, instance, moment);
  const effectsOf = Map.groupBy(facts.effects, ({ point, region }) => keyOf(point, region));
  const lockOf = new Map(facts.locks.map((lock) => [keyOf(lock.point, lock.region), lock]));
  const exceptionOf = new Map(facts.exceptions.map((exception) => [keyOf(exception.point, exception.region), exception]));
  const moments: number[] = [];
  const steps: StoreProtectionStep[] = [];
  for (const point of points) {
    for (const { region } of point.copies.filter(hasBytes)) {
      const key = keyOf(point.id, region);
      const wanted = holds.length === 0 ? [] : holdsOn(holds, { instance, point, region }, moment);
      for (const hold of wanted) moments.push(protectsUntil(hold, moment.releaseGraceMs)?.getTime() ?? Number.POSITIVE_INFINITY);
      const told = effectsOf.get(key) ?? [];
      const set = wanted.map(({ id }) => id).filter((id) => !isSettled(told.find((effect) => effect.hold === id)));
      const clear = told.filter((effect) => mayBeSet(effect) && !wanted.some(({ id }) => id === effect.hold)).map(({ hold }) => hold);
      const canLock = facts.capabilities.get(region)?.objectLock !== false;
      const wantedHere = canLock ? wantedLock(demandedIn(region), point.capturedAtMs, now, facts.longestLockMs) : null;
      const lock = planLock(exceptionOf.get(key), lockOf.get(key), wantedHere);
      const legalHold = set.length > 0 ? true : clear.length > 0 && wanted.length === 0 ? false : null;
      if (set.length > 0 || clear.length > 0 || lock !== null) steps.push({ point: point.id, region, legalHold, set, clear, lock });
    }
  }
  const next = Math.min(...moments);
  return { steps, nextAt: Number.isFinite(next) ? new Date(next) : null };

  function isSettled(effect: HoldEffect | undefined): boolean {
    if (effect === undefined || effect.state === 'cleared') return false;
    if (effect.state === 'set') return true;
    const againMs = effect.at.getTime() + askAgainMs[effect.state];
    if (againMs <= now.getTime()) return false;
    moments.push(againMs);
    return true;
  }

  /** Extended and raised to compliance, never shortened or lowered; a capped lock when half of it is over, so that it is not extended all the time. */
  function planLock(
    exception: { reason: string } | undefined,
    present: CopyLock | undefined,
    wanted: WantedLock | null,
  ): WantedLock | LiftedLock | null {
    if (exception !== undefined) {
      const isLifted = present?.mode !== 'governance' || present.until <= now;
      return isLifted ? null : { until: present.until, reason: exception.reason };
    }
    if (wanted === null) return null;
    const presentMs = present?.until.getTime() ?? 0;
    if (present?.mode === 'governance' && wanted.mode === 'compliance' && present.until > now) {
      // What nobody can lift any more never reaches beyond the cap, whatever was allowed when it was locked.
      const raiseAtMs = presentMs - facts.longestLockMs;
      if (raiseAtMs <= now.getTime()) return { ...wanted, until: new Date(Math.max(presentMs, wanted.until.getTime())) };
      moments.push(raiseAtMs);
    }
    if (wanted.until < wanted.wholeUntil) {
      const extendAtMs = Math.min(presentMs - facts.longestLockMs / 2, wanted.wholeUntil.getTime() - facts.longestLockMs);
      if (extendAtMs <= now.getTime()) return wanted;
      moments.push(extendAtMs);
      return null;
    }
    return presentMs >= wanted.until.getTime() - lockPrecisionMs ? null : wanted;
  }
}
