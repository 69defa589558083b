import { z } from 'zod';
import { reasonSchema } from './reason.ts';

/** What the deletion gate says about one copy. */
export const plannedDeletionViewSchema = z.object({
  point: z.string(),
  instance: z.string(),
  region: z.string(),
  allowed: z.boolean(),
  /** Whether the copy expires from now on; never in a dry run. */
  marked: z.boolean(),
  /** Of every check; what stands in the way has `allows: false`. */
  reasons: z.array(reasonSchema.extend({ allows: z.boolean() })),
});
export type PlannedDeletionView = z.infer<typeof plannedDeletionViewSchema>;

/** A copy that is marked as expiring, or being deleted. Moments are ISO 8601 in UTC. */
export const deletionViewSchema = z.object({
  point: z.string(),
  instance: z.string(),
  region: z.string(),
  purpose: z.enum(['retention', 'residency', 'garbage', 'manual']),
  requestedBy: z.string(),
  plannedAt: z.string(),
  /** From then on bytes may be gone; null: it can still be kept. */
  begunAt: z.string().nullable(),
});
export type DeletionView = z.infer<typeof deletionViewSchema>;

export const confirmationViewSchema = z.object({
  scope: z.string(),
  /** Null: until the next doubt. */
  until: z.string().nullable(),
});
export type ConfirmationView = z.infer<typeof confirmationViewSchema>;
