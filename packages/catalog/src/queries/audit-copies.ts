import type { Copy, InstanceId } from '@cbcr/domain';
import type { Executor } from '../query-context.ts';
import { insertAuditEvent } from './audit.ts';
import { isOwed } from './change-copy.ts';

interface DemandedCopy {
  at: Date;
  actor: string;
  instance?: InstanceId | undefined;
  /** Null when the copy was not demanded before. */
  before: Copy | null;
  /** Of a complete point. */
  after: Copy;
}

/** What the audit trail says about a change of a copy that is demanded: that it was verified, and that it became or ceased to be a debt. */
export async function insertCopyEvents(tx: Executor, { at, actor, instance, before, after }: DemandedCopy): Promise<void> {
  const { point, region, state, reason } = after;
  const subject = `${point}/${region}`;
  const wasOwed = before !== null && isOwed(before.state);
  const isVerifiedNow = state === 'verified' && before?.verifiedAt?.getTime() !== after.verifiedAt?.getTime();
  if (isVerifiedNow) {
    await insertAuditEvent(tx, at, { actor, action: 'copy.verified', subject, facts: { point, region, instance, how: reason } });
  }
  if (isOwed(state) && !wasOwed) {
    await insertAuditEvent(tx, at, { actor, action: 'debt.opened', subject, facts: { point, region, state, reason } });
  }
  if (wasOwed && state === 'verified') {
    await insertAuditEvent(tx, at, { actor, action: 'debt.closed', subject, facts: { point, region, since: before.since, reason } });
  }
}
