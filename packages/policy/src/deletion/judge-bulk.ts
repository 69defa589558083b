import type { Reason } from '@cbcr/domain';

export interface BulkQuestion {
  /** `instance shop`, `region north`. */
  scope: string;
  /** What would go, with what was marked a short while ago. */
  due: number;
  /** What there is, that included. */
  total: number;
  /** One point of an instance is the ordinary course of things, however few it has. */
  ordinary: number;
  /** Of `retention.bulkShare`; 1 never stops. */
  share: number;
}

/** Why so much at once is doubtful; null when it is not. A rule that was shortened by mistake shows itself in this before anything is gone. */
export function judgeBulk({ scope, due, total, ordinary, share }: BulkQuestion): Reason | null {
  if (share >= 1 || due - ordinary <= share * total) return null;
  const text = `${due} of ${total} would go from ${scope} at once, more than ${Math.round(share * 100)} %; somebody must confirm it (cbcr retention confirm)`;
  return { rule: 'bulk-share', text };
}
