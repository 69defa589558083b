import type { AuditEventView } from '@cbcr/client';
import type { AuditEvent } from '@cbcr/domain';

export const describeAuditEvent = ({ at, facts, ...event }: AuditEvent): AuditEventView => ({
  ...event,
  at: at.toISOString(),
  // What was read from the catalog is JSON.
  facts: structuredClone(facts) as AuditEventView['facts'],
});
