import type { CopyLock, HeldPoint, RegionId } from '@cbcr/domain';
import { isWhole } from '../../holdings/copy-states.ts';
import { countPoints } from '../../holdings/describe-holdings.ts';
import type { DemandedLock } from '../../store-protection/wanted-lock.ts';
import { type Control, cannotShow, type Observation, wasNotRead } from '../control.ts';
import { earliest, pointsByRegion } from '../legal-copies.ts';

export const lock: Control = {
  name: 'lock',
  about: 'copies are locked in their store: nobody can change or remove them before a date',
  severity: 'critical',
  settings: [],
  check: ({ groups, capabilities, protection, demandedLock, now }) =>
    [...pointsByRegion(groups, isWhole)].flatMap(([region, points]): Observation | Observation[] => {
      const probed = capabilities(region);
      if (probed === undefined) {
        return cannotShow(
          `nobody has tried whether the store in ${region} can lock objects`,
          `let a worker of ${region} probe its store`,
          region,
        );
      }
      if (probed.objectLock)
        return protection === null
          ? wasNotRead(`until when the store in ${region} locks each copy`, region)
          : findUnlocked(region, points, protection.locks, demandedLock(region), now);
      return {
        region,
        points,
        sinceMs: earliest(points, (point) => point.completedAtMs),
        evidence: `the store in ${region} cannot lock objects, and ${countPoints(points.length)} lie there`,
        mend: `use a bucket with object lock for ${region}, or demand the capability objectLock in the policy so that copies go elsewhere`,
      };
    }),
};

/** Copies that no lock protects now, but for those whose lock, as the policy wants it, is over. */
function findUnlocked(
  region: RegionId,
  points: readonly HeldPoint[],
  locks: readonly CopyLock[],
  demanded: DemandedLock | null,
  now: Date,
): Observation[] {
  const locked = new Set(locks.flatMap((lock) => (lock.region === region && lock.until > now ? [lock.point] : [])));
  const lengthMs = demanded?.lengthMs ?? null;
  const isOver = ({ capturedAtMs }: HeldPoint) => lengthMs !== null && capturedAtMs + lengthMs <= now.getTime();
  const unlocked = points.filter((point) => !locked.has(point.id) && !isOver(point));
  if (unlocked.length === 0) return [];
  return [
    {
      region,
      points: unlocked,
      sinceMs: earliest(unlocked, (point) => point.completedAtMs),
      evidence: `no lock is known of ${countPoints(unlocked.length)} in ${region}, although the store there can lock objects`,
      mend:
        lengthMs !== null
          ? `let a worker of ${region} lock them; cbcr points show says until when each copy is locked`
          : 'demand a lock with a length in the policy (lock: mode, for)',
    },
  ];
}
