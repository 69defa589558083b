import type { HeldPoint, Placement, RecoveryPointId } from '@cbcr/domain';
import { judgeRetention, type RetentionInput } from '../retention/judge-retention.ts';

type Places = Placement['placed'];

export interface MissingCopies {
  point: RecoveryPointId;
  places: Places;
}

/** Of the places where copies belong, those where the point never had one: a copy that was removed is there, as one that is deleted, and is not made again. */
export const lackingPlaces = (placed: Places, copies: readonly { region: string }[]): Places =>
  placed.filter(({ region }) => !copies.some((copy) => copy.region === region));

/**
 * Copies that are demanded now and were never planned, of all complete points of an instance, newest capture first. A copy that the rules would let go of as soon as
 * it was made is not among them: a region that keeps points for a month does not get those of last year.
 */
export function findMissingCopies({ placed, ...input }: RetentionInput & { placed: Places }): MissingCopies[] {
  const { now, points } = input;
  const missing = points
    .filter(({ state }) => state === 'complete')
    .map((point) => ({ point, places: lackingPlaces(placed, point.copies) }))
    .filter(({ places }) => places.length > 0);
  if (missing.length === 0) return [];
  const made = new Map(missing.map(({ point, places }) => [point.id, withCopies(point, places, now)]));
  // What was never made has nothing that a cooling-off could protect.
  const judged = { ...input, earlier: [], instance: { ...input.instance, formerly: [] } };
  const verdicts = judgeRetention({ ...judged, points: points.map((point) => made.get(point.id) ?? point) });
  const goes = new Set(verdicts.filter(({ verdict }) => verdict === 'expire').map(({ point, region }) => `${point}/${region}`));
  return missing
    .toSorted((a, b) => b.point.capturedAtMs - a.point.capturedAtMs)
    .map(({ point, places }) => ({ point: point.id, places: places.filter(({ region }) => !goes.has(`${point.id}/${region}`)) }))
    .filter(({ places }) => places.length > 0);
}

/** As it will be once they are made: verified copies alone take a place among the last ones that a rule keeps. */
const withCopies = (point: HeldPoint, places: Places, now: Date): HeldPoint => {
  const sinceMs = now.getTime();
  const copies = places.map(({ region }) => ({ region, state: 'verified' as const, sinceMs, verifiedAtMs: sinceMs }));
  return { ...point, copies: [...point.copies, ...copies] };
};
