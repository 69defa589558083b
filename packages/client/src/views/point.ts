import { z } from 'zod';
import { dateTime, reasonSchema } from './reason.ts';

export const copyViewSchema = z.object({
  region: z.string(),
  role: z.enum(['primary', 'secondary']),
  state: z.enum(['planned', 'copying', 'stored', 'verified', 'failed', 'blocked', 'expiring', 'deleted']),
  reason: reasonSchema,
  since: dateTime,
  storedBytes: z.number(),
  verifiedAt: dateTime.nullable(),
  attempts: z.number(),
  nextAttemptAt: dateTime.nullable(),
  /** Until when the store itself lets nobody remove the copy, as a worker last saw it; null: it locks nothing, or nobody has looked yet. */
  lock: z.object({ mode: z.enum(['governance', 'compliance']), until: dateTime }).nullable(),
});
export type CopyView = z.infer<typeof copyViewSchema>;

export const debtViewSchema = z.object({
  point: z.string(),
  region: z.string(),
  since: dateTime,
  reason: reasonSchema,
  nextAttemptAt: dateTime.nullable(),
});
export type DebtView = z.infer<typeof debtViewSchema>;

export const pointViewSchema = z.object({
  id: z.string(),
  instance: z.string(),
  run: z.string(),
  state: z.enum(['capturing', 'complete', 'failed', 'expiring', 'deleted']),
  engine: z.string(),
  capturedAt: dateTime,
  completedAt: dateTime.nullable(),
  plaintextBytes: z.number(),
  storedBytes: z.number(),
  /** The policy's synchronous minimum is verified. Computed now. */
  available: z.boolean(),
  /** Every copy that the policy demands is verified. Computed now. */
  protected: z.boolean(),
  copies: z.array(copyViewSchema),
  debts: z.array(debtViewSchema),
});
export type PointView = z.infer<typeof pointViewSchema>;
