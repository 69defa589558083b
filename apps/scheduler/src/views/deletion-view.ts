import type { DeletionRecord } from '@cbcr/catalog';
import type { DeletionView } from '@cbcr/client';

const moment = (at: Date | null): string | null => at?.toISOString() ?? null;

export function describeDeletion(deletion: DeletionRecord): DeletionView {
  const { id, point, instance, region, purpose, requestedBy, requestReason, reasons, plannedAt, begunAt } = deletion;
  const { versionsDeleted, bytesDeleted, confirmedAbsentAt, undoneAt } = deletion;
  return {
    ...{ id, point, instance, region, purpose, requestedBy, requestReason, reasons, versionsDeleted, bytesDeleted },
    ...{ plannedAt: plannedAt.toISOString(), begunAt: moment(begunAt), goneAt: moment(confirmedAbsentAt), keptAt: moment(undoneAt) },
  };
}
