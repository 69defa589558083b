import { type DeletionPermit, issueDeletionPermit, type Reason } from '@cbcr/domain';
import { deletionChecks, purposeChecks } from './checks.ts';
import type { DeletionFacts } from './deletion-facts.ts';

/** What one check said. */
export interface DeletionReason extends Reason {
  allows: boolean;
}

export interface DeletionVerdict {
  allow: boolean;
  /** Of every check, in their order, those that deny and those that allow. */
  reasons: DeletionReason[];
  /** To open an eraser with; null unless the deletion was allowed for now. A question that plans is never answered with one. */
  permit: DeletionPermit | null;
}

/**
 * The one gate of every deletion. All checks are asked, so that whoever hears "no" hears everything that stands in the way. It is asked when a
 * deletion is planned and again, with the facts of the moment, just before the bytes go; only the second answer carries a permit.
 */
export function judgeDeletion(facts: DeletionFacts): DeletionVerdict {
  const reasons = [purposeChecks[facts.purpose], ...deletionChecks].map(({ rule, ask }) => ({ rule, ...ask(facts) }));
  const allowed = reasons.every(({ allows }) => allows);
  if (!allowed || facts.stage !== 'execution') return { allow: allowed, reasons, permit: null };
  const keeps = facts.purpose === 'garbage' && facts.garbage?.keep !== 'nothing' ? 'named' : 'nothing';
  const { purpose, region, pointId: point } = facts;
  return { allow: true, reasons, permit: issueDeletionPermit({ instance: facts.instance.id, point, region, purpose, keeps }) };
}
