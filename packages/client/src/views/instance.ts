import { z } from 'zod';
import { debtViewSchema } from './point.ts';
import { dateTime, reasonSchema } from './reason.ts';

export const instanceViewSchema = z.object({
  id: z.string(),
  engine: z.string(),
  home: z.string(),
  policy: z.string(),
  dataClass: z.string(),
  labels: z.record(z.string(), z.string()),
  /** `env:NAME`, `file:PATH` or `sealed`. */
  connection: z.string(),
  source: z.enum(['config', 'api']),
  retiredAt: dateTime.nullable(),
  nextDueAt: dateTime.nullable(),
  /** Computed from verified copies of the newest complete point, now. */
  protected: z.boolean(),
  newestPoint: z.object({ id: z.string(), capturedAt: dateTime }).nullable(),
  debts: z.number(),
});
export type InstanceView = z.infer<typeof instanceViewSchema>;

const regionDecision = z.object({ region: z.string(), reason: reasonSchema });

export const instanceDetailViewSchema = instanceViewSchema.extend({
  placement: z.object({
    placed: z.array(regionDecision.extend({ role: z.enum(['primary', 'secondary']) })),
    spares: z.array(regionDecision),
    excluded: z.array(regionDecision),
    unmet: z.array(reasonSchema),
  }),
  debtList: z.array(debtViewSchema),
  /** Why the instance is or is not protected. */
  reasons: z.array(reasonSchema),
});
export type InstanceDetailView = z.infer<typeof instanceDetailViewSchema>;
