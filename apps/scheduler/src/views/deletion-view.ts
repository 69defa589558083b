import type { DeletionRecord } from '@cbcr/catalog';
import type { DeletionView } from '@cbcr/client';

const moment = (at: Date | null): string | null => at?.toISOString() ?? null;

/** `graceMs` is that of the rules now. */
export function describeDeletion(deletion: DeletionRecord, graceMs: number): DeletionView {
  const { id, point, instance, region, purpose, requestedBy, requestReason, reasons, plannedAt, begunAt } = deletion;
  const { versionsDeleted, bytesDeleted, confirmedAbsentAt, undoneAt } = deletion;
  const isMerelyMarked = begunAt === null && confirmedAbsentAt === null && undoneAt === null;
  // What may not be there has no grace, and what nobody refers to has its own, since it was written.
  const hasGrace = purpose === 'retention' || purpose === 'manual';
  return {
    ...{ id, point, instance, region, purpose, requestedBy, requestReason, reasons, versionsDeleted, bytesDeleted },
    notBefore: isMerelyMarked && hasGrace ? new Date(plannedAt.getTime() + graceMs).toISOString() : null,
    ...{ plannedAt: plannedAt.toISOString(), begunAt: moment(begunAt), goneAt: moment(confirmedAbsentAt), keptAt: moment(undoneAt) },
  };
}
