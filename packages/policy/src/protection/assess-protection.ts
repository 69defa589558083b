import type { Copy, Debt, Placement, Reason, RecoveryPoint, RegionId } from '@cbcr/domain';
import { isGoing } from '../holdings/copy-states.ts';
import { legalRegionsOf } from '../placement/legal-regions.ts';
import { tooFewSpares } from '../placement/rules/enough-spares.ts';
import { whyIllegalStays } from '../repair/why-illegal-stays.ts';

export interface PointCopies {
  point: Pick<RecoveryPoint, 'id' | 'state' | 'capturedAt' | 'completedAt'>;
  /** Every copy of the point that the catalog knows, in any state. */
  copies: readonly Copy[];
}

export interface ProtectionDemand {
  /** The placement that the policy gives now, not the one of the day of the capture. */
  placement: Placement;
  /** Verified copies that make a point available; at least 1. */
  synchronousMinimum: number;
}

export interface Protection {
  /** Enough verified copies to restore from, in regions that may hold the data. */
  available: boolean;
  /** Every copy that the policy demands now exists and has been verified. */
  protected: boolean;
  /** Copies that are demanded and not verified, and will be. What the deletion gate let go of is not made again, and nobody owes it. */
  debts: Debt[];
  /** Why the point is not (or is) protected; never empty. */
  reasons: Reason[];
}

/**
 * Computes what the copies of one point are worth now. Nothing else may call a point protected: no job status, no stored flag.
 * Copies outside the allowed set count for nothing. A point that is not complete is neither available nor protected, and owes nothing yet.
 */
export function assessProtection({ point, copies, placement, synchronousMinimum }: PointCopies & ProtectionDemand): Protection {
  if (point.state !== 'complete') {
    const reason = { rule: 'point-not-complete', text: `${point.id} is ${point.state}; only complete points count` };
    return { available: false, protected: false, debts: [], reasons: [reason] };
  }
  const verified = new Set(copies.filter((copy) => copy.state === 'verified').map((copy) => copy.region));
  const legal = legalRegionsOf(placement);
  const usable = legal.filter((region) => verified.has(region));
  const lacking = placement.placed.filter((place) => !verified.has(place.region));
  const gone = copies.filter(({ region, state }) => isGoing(state) && lacking.some((place) => place.region === region));
  const debts = lacking
    .filter(({ region }) => !gone.some((copy) => copy.region === region))
    .map(({ region }) => debtOf(point, region, copies));

  const demands = placement.unmet.filter(({ rule }) => rule !== tooFewSpares);
  const shortfalls: Reason[] = [
    ...demands,
    ...(usable.length < synchronousMinimum
      ? [
          {
            rule: 'synchronous-minimum',
            text: `${usable.length} of the ${synchronousMinimum} copies that make a point available are verified`,
          },
        ]
      : []),
    ...debts.map((debt) => ({ rule: 'copy-owed', text: `the copy in ${debt.region} is owed: ${debt.reason.text}` })),
    ...gone.map(({ region, state, reason }) => ({
      rule: 'copy-removed',
      text: `the copy in ${region} is ${state} and is not made again; the next backup brings one (${reason.text})`,
    })),
  ];
  const isProtected = lacking.length === 0 && demands.length === 0 && usable.length >= synchronousMinimum;
  const verdict: Reason = { rule: 'all-verified', text: `all ${placement.placed.length} demanded copies are verified` };
  return {
    available: usable.length >= Math.max(1, synchronousMinimum),
    protected: isProtected,
    debts,
    reasons: [...(isProtected ? [verdict] : shortfalls), ...explainUncounted(copies, placement)],
  };
}

function debtOf(point: PointCopies['point'], region: RegionId, copies: readonly Copy[]): Debt {
  const copy = copies.find((candidate) => candidate.region === region);
  if (copy) return { point: point.id, region, since: copy.since, reason: copy.reason, nextAttemptAt: copy.nextAttemptAt };
  const reason = { rule: 'copy-missing', text: `no copy was ever planned in ${region}` };
  return { point: point.id, region, since: point.completedAt ?? point.capturedAt, reason, nextAttemptAt: null };
}

/** Copies where none may be are not protection; they are named so that nobody counts on them. */
function explainUncounted(copies: readonly Copy[], placement: Placement): Reason[] {
  const stays = whyIllegalStays(copies, placement);
  return placement.excluded.flatMap(({ region, legal, reason }) => {
    if (legal || !copies.some((copy) => copy.region === region && copy.state !== 'deleted')) return [];
    const text = `the copy in ${region} does not count: ${reason.text}; ${stays === null ? 'it is to be removed' : `it stays ${stays}`}`;
    return [{ rule: 'copy-outside-allowed-set', text }];
  });
}
