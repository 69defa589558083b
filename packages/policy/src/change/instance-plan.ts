import type { InstanceId, Reason, RegionId } from '@cbcr/domain';
import type { Finding } from '../compliance/finding.ts';
import type { Refusal } from './find-refusal.ts';

/** Copies that a region will hold and does not hold yet. */
export interface CopiesToMake {
  region: RegionId;
  points: number;
  bytes: number;
  /** How many of them were owed before the change as well. */
  owedAlready: number;
  /** Why they belong there. */
  reason: Reason;
  /** From where most of the bytes are to come; null when nothing can be read. */
  source: RegionId | null;
  /** What keeps them from being made now. */
  waits: Reason | null;
  /** For the transfer, once; null when the way has no price. */
  price: number | null;
}

/** Copies where none may be. They count for nothing and are removed once the legal ones are verified. */
export interface IllegalCopies {
  region: RegionId;
  points: number;
  bytes: number;
  /** They were illegal before the change as well. */
  already: boolean;
  reason: Reason;
}

/** A finding for the points of which it is new, or gone. */
export interface FindingChange extends Omit<Finding, 'instance' | 'points'> {
  /** 0 when it is about the instance. */
  points: number;
}

/** In the currency of the rulebook, for a month, once everything is carried out. */
interface MonthlyCost {
  before: number;
  after: number;
}

/** What a change means for one instance. */
export interface InstancePlan {
  instance: InstanceId;
  /** Where copies belong, the primary first. */
  placed: { before: RegionId[]; after: RegionId[] };
  copiesToMake: CopiesToMake[];
  illegalCopies: IllegalCopies[];
  /** Copies that are demanded and not verified. */
  debts: { before: number; after: number };
  bytesToMove: number;
  monthlyCost: MonthlyCost;
  /** Bytes in regions without a price, which the costs leave out. */
  unpricedBytes: { before: number; after: number };
  findings: { appearing: FindingChange[]; disappearing: FindingChange[] };
  /** Points that a restore could use now: verified, allowed, in a region that is not down. */
  restorable: { before: number; after: number };
  /** Demands that no set of regions satisfies any more, and points that cannot have what is demanded anew. */
  newlyUnmet: Reason[];
  /** Why new backups stop; null when they go on, or stood still before. */
  capturesStop: Reason | null;
  /** Why the change is refused, as it is when somebody applies it. */
  refusal: Refusal | null;
}

/** The change itself does nothing: what is owed, illegal or found was so before. */
export const isQuiet = (plan: InstancePlan): boolean =>
  plan.copiesToMake.every(({ points, owedAlready }) => points === owedAlready) &&
  plan.illegalCopies.every(({ already }) => already) &&
  plan.findings.appearing.length === 0 &&
  plan.findings.disappearing.length === 0 &&
  plan.placed.before.join() === plan.placed.after.join() &&
  plan.debts.before === plan.debts.after &&
  plan.restorable.before === plan.restorable.after &&
  plan.newlyUnmet.length === 0 &&
  plan.capturesStop === null;
