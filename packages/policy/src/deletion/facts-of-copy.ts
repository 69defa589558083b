import type { DeletionPurpose, HeldPoint, Placement, Reason, RegionHealth, RegionId } from '@cbcr/domain';
import { legalRegionsOf } from '../placement/legal-regions.ts';
import { tooFewSpares } from '../placement/rules/enough-spares.ts';
import type { Permission } from '../residency/may-use.ts';
import type { CopyUser, DeletionFacts } from './deletion-facts.ts';

/** A run that has not ended and names the point. */
export interface PointUser extends CopyUser {
  /** The one copy that it reads; null when it may read any of them. */
  reads: RegionId | null;
}

export interface CopyInQuestion {
  purpose: DeletionPurpose;
  stage: DeletionFacts['stage'];
  now: Date;
  instance: DeletionFacts['instance'];
  /** All points of the instance, as they are now, in any order. */
  points: readonly HeldPoint[];
  point: HeldPoint;
  region: RegionId;
  /** What the policy demands now. */
  placement: Placement;
  permission: Permission;
  /** Verified copies that make a point available. */
  synchronousMinimum: number;
  /** What the rules of retention say about this and the other copies of the point; null when nobody asked them. */
  retention(region: RegionId): NonNullable<DeletionFacts['retention']> | null;
  minimumUntil: Date | null;
  /** A person asked for the whole point to go, not for this copy alone. */
  wholePoint: boolean;
  request: DeletionFacts['request'];
  holds: readonly Reason[];
  lockedUntil: Date | null;
  users: readonly PointUser[];
  health: RegionHealth;
  clockDoubt: Reason | null;
  graceMs: number;
  bulk: Reason | null;
}

/** What the gate asks about a copy, worked out from what the catalog and the rules say about its whole instance. */
export function factsOfCopy(question: CopyInQuestion): DeletionFacts {
  const { purpose, stage, now, instance, point, region, placement, permission, retention, wholePoint, users, ...rest } = question;
  const { minimumUntil, request, holds, lockedUntil, health, clockDoubt, graceMs, bulk } = rest;
  const legal = new Set(legalRegionsOf(placement));
  const copy = point.copies.find((one) => one.region === region) ?? null;
  const goes = (other: RegionId) => wholePoint || (purpose === 'retention' && retention(other)?.verdict === 'expire');
  const others = point.copies
    .filter((one) => one.region !== region)
    .map((one) => ({ region: one.region, state: one.state, legal: legal.has(one.region), goes: goes(one.region) }));
  return {
    purpose,
    stage,
    now,
    instance,
    point: { id: point.id, state: point.state, capturedAt: new Date(point.capturedAtMs) },
    pointId: point.id,
    region,
    copy: copy && { state: copy.state, since: new Date(copy.sinceMs) },
    others,
    retention: purpose === 'retention' ? retention(region) : null,
    minimumUntil,
    permission,
    owed: owedOf(placement, point),
    garbage: null,
    garbageWrittenAt: null,
    request,
    holds,
    lockedUntil,
    ...findNewestGood(question, legal, (other) => other === region || goes(other)),
    minimumCopies: Math.max(1, question.synchronousMinimum),
    dependents: legal.has(region) ? findDependents(others, placement) : [],
    users: users.filter(({ reads }) => reads === null || reads === region).map(({ id, kind }) => ({ id, kind })),
    health,
    clockDoubt,
    graceMs,
    bulk,
  };
}

/** As the planner of repairs sees it: a copy where the data may not be stays until all that are demanded are verified. */
function owedOf(placement: Placement, point: HeldPoint): Reason | null {
  const state = (region: RegionId) => point.copies.find((one) => one.region === region)?.state;
  const owed = placement.placed.map(({ region }) => region).filter((region) => state(region) !== 'verified');
  if (owed.length > 0) return { rule: 'copy-owed', text: `the copies in ${owed.join(', ')} are not verified` };
  const demands = placement.unmet.filter(({ rule }) => rule !== tooFewSpares);
  return demands.length === 0 ? null : { rule: 'demand-unmet', text: `a demand is unmet: ${demands.map(({ text }) => text).join('; ')}` };
}

/** A point is good when it is complete, not from the future, and has a verified copy where the data may be. */
function findNewestGood(
  { points, point, now }: CopyInQuestion,
  legal: ReadonlySet<RegionId>,
  goes: (region: RegionId) => boolean,
): Pick<DeletionFacts, 'newestGoodWithout' | 'reliesOn'> {
  let newestMs = Number.NEGATIVE_INFINITY;
  let reliesOn: NonNullable<DeletionFacts['reliesOn']> = [];
  for (const { id, state, capturedAtMs, copies } of points) {
    if (state !== 'complete' || capturedAtMs > now.getTime() || capturedAtMs <= newestMs) continue;
    const good = copies.filter((copy) => copy.state === 'verified' && legal.has(copy.region) && !(id === point.id && goes(copy.region)));
    if (good.length === 0) continue;
    newestMs = capturedAtMs;
    reliesOn = id === point.id ? [] : good.map(({ region }) => ({ point: id, region }));
  }
  return { newestGoodWithout: Number.isFinite(newestMs) ? new Date(newestMs) : null, reliesOn };
}

/** Copies that are demanded and still to be made, when no other whole copy is left to make them from. */
function findDependents(others: DeletionFacts['others'], { placed }: Placement): RegionId[] {
  const hasSource = others.some(({ state, legal }) => legal && (state === 'verified' || state === 'stored'));
  if (hasSource) return [];
  const demanded = new Set(placed.map(({ region }) => region));
  return others
    .filter(({ region, state, goes }) => demanded.has(region) && !goes && state !== 'expiring' && state !== 'deleted')
    .map(({ region }) => region);
}
