import { z } from 'zod';
import { reasonSchema } from './reason.ts';
import { runViewSchema } from './run.ts';

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

/** A copy that is marked as expiring, is being deleted, was deleted, or stayed after all. Moments are ISO 8601 in UTC. */
export const deletionViewSchema = z.object({
  /** In the order in which they were planned. */
  id: z.number(),
  point: z.string(),
  instance: z.string(),
  region: z.string(),
  purpose: z.enum(['retention', 'residency', 'garbage', 'manual']),
  requestedBy: z.string(),
  /** What a person said; null for what rules decided. */
  requestReason: z.string().nullable(),
  /** All answers of the deletion gate, as it was asked last. */
  reasons: z.array(reasonSchema),
  plannedAt: z.string(),
  /** Its bytes stay until then at least, whatever else keeps them; null once they go, are gone or stay. */
  notBefore: z.string().nullable(),
  /** From then on bytes may be gone; null: it can still be kept. */
  begunAt: z.string().nullable(),
  versionsDeleted: z.number(),
  bytesDeleted: z.number(),
  /** When a listing of the store showed that nothing is left. */
  goneAt: z.string().nullable(),
  /** When it was decided that the copy stays after all. */
  keptAt: z.string().nullable(),
});
export type DeletionView = z.infer<typeof deletionViewSchema>;

/** What one round of retention did, or would do. */
export const retentionRunViewSchema = z.object({
  /** Copies whose rules let them go; of the first 1,000. */
  planned: z.array(plannedDeletionViewSchema),
  /** How many there are in all. */
  total: z.number(),
  /** Instances of which nothing expires until somebody confirms it. */
  stopped: z.array(z.object({ instance: z.string(), reasons: z.array(reasonSchema) })),
  /** Runs that delete what was marked before; none in a dry run. */
  runs: z.array(runViewSchema),
  /** Copies that were marked before and stay after all. */
  kept: z.array(z.object({ point: z.string(), region: z.string(), reasons: z.array(reasonSchema.extend({ allows: z.boolean() })) })),
  /** Instances that this round did not come to. */
  left: z.number(),
});
export type RetentionRunView = z.infer<typeof retentionRunViewSchema>;

export const confirmationViewSchema = z.object({
  scope: z.string(),
  /** Null: until the next doubt. */
  until: z.string().nullable(),
  /** Whether something waited for this: that was stopped, and goes on now. */
  waited: z.boolean(),
  /** Of which instances nothing expires all the same, and why. */
  stopped: z.array(z.object({ instance: z.string(), reasons: z.array(reasonSchema) })),
});
export type ConfirmationView = z.infer<typeof confirmationViewSchema>;
