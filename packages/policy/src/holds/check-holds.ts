import type { HeldPoint, Hold, HoldEffect, HoldEffectState, HoldId, InstanceId, Reason, RecoveryPointId, RegionId } from '@cbcr/domain';
import { decide } from '../situation/decide.ts';
import type { PlannedInstance, Situation } from '../situation/situation.ts';
import { describeHold, holdsOn, holdsOnInstance } from './holds-on.ts';

/** A hold covers a copy that residency forbids: both rules are named, and nothing is deleted until one of them is lifted. */
interface HoldConflict {
  readonly instance: InstanceId;
  readonly point: RecoveryPointId;
  readonly region: RegionId;
  readonly hold: Reason;
  readonly residency: Reason;
}

export interface HoldInRegion {
  readonly region: RegionId;
  /** Covered copies whose bytes are there. */
  copies: number;
  /** Covered copies that are still to be made; they are covered from their first byte. */
  coming: number;
  /** Of `copies`: how many the store itself holds, and why it does not hold the others. `pending`: a worker has not been there yet. */
  readonly effects: Record<Exclude<HoldEffectState, 'cleared'> | 'pending', number>;
  /** Why not, in the words of the workers; each once. */
  readonly details: Set<string>;
}

export interface HoldCheck {
  readonly hold: Hold;
  instances: number;
  points: number;
  readonly regions: Map<RegionId, HoldInRegion>;
  readonly conflicts: HoldConflict[];
}

const thereStates = ['stored', 'verified', 'expiring'];
const comingStates = ['planned', 'copying', 'failed', 'blocked'];

/** What each of the holds covers in a situation, asked for one instance after another; the checks in the order of the holds. */
export function startHoldCheck(situation: Situation, holds: readonly Hold[]) {
  const { now, rulebook } = situation;
  const moment = { now, releaseGraceMs: rulebook.retention.releaseGrace.ms };
  const checks = new Map<HoldId, HoldCheck>(
    holds.map((hold) => [hold.id, { hold, instances: 0, points: 0, regions: new Map(), conflicts: [] }]),
  );
  return {
    checks: (): HoldCheck[] => [...checks.values()],
    /** Those of the holds that may cover something of the instance: what it holds need not be read for the others. */
    concerning: (instance: PlannedInstance): Hold[] => holdsOnInstance(holds, instance, moment),
    add(instance: PlannedInstance, points: readonly HeldPoint[], effects: readonly HoldEffect[]): void {
      const relevant = holdsOnInstance(holds, instance, moment);
      if (relevant.length === 0) return;
      const { mayHold } = decide(situation, instance);
      const effectOf = new Map(effects.map((effect) => [`${effect.hold} ${effect.point} ${effect.region}`, effect]));
      const seen = new Set<HoldId>();
      for (const point of points) {
        const seenWithPoint = new Set<HoldId>();
        for (const { region, state } of point.copies) {
          const isThere = thereStates.includes(state);
          if (!isThere && !comingStates.includes(state)) continue;
          for (const hold of holdsOn(relevant, { instance, point, region }, moment)) {
            const check = checks.get(hold.id);
            if (check === undefined) continue;
            seen.add(hold.id);
            seenWithPoint.add(hold.id);
            const there = inRegion(check, region);
            if (!isThere) {
              there.coming += 1;
              continue;
            }
            there.copies += 1;
            const effect = effectOf.get(`${hold.id} ${point.id} ${region}`);
            const known = effect === undefined || effect.state === 'cleared' ? 'pending' : effect.state;
            there.effects[known] += 1;
            if (effect !== undefined && (known === 'unsupported' || known === 'failed')) there.details.add(effect.detail);
            const permission = mayHold(region);
            if (permission.allowed) continue;
            check.conflicts.push({
              ...{ instance: instance.id, point: point.id, region },
              ...{ hold: describeHold(hold, now), residency: permission.reason },
            });
          }
        }
        for (const id of seenWithPoint) count(id, 'points');
      }
      for (const id of seen) count(id, 'instances');
    },
  };

  function count(id: HoldId, what: 'points' | 'instances'): void {
    const check = checks.get(id);
    if (check !== undefined) check[what] += 1;
  }
}

function inRegion({ regions }: HoldCheck, region: RegionId): HoldInRegion {
  const known = regions.get(region);
  if (known !== undefined) return known;
  const fresh = { region, copies: 0, coming: 0, effects: { set: 0, pending: 0, unsupported: 0, failed: 0 }, details: new Set<string>() };
  regions.set(region, fresh);
  return fresh;
}
