import { z } from 'zod';
import { dateTime, reasonSchema } from './reason.ts';

const selectorViewSchema = z.object({
  instances: z.array(z.string()).optional(),
  dataClasses: z.array(z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  regions: z.array(z.string()).optional(),
  /** Both ends included. */
  captured: z.object({ from: dateTime.optional(), to: dateTime.optional() }).optional(),
  points: z.array(z.string()).optional(),
});

export const holdViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  reason: z.string(),
  matter: z.string().nullable(),
  selector: selectorViewSchema,
  placedBy: z.string(),
  placedAt: dateTime,
  /** `active` protects; `grace`: it was released a short while ago, and still protects until `protectsUntil`; `released` protects nothing. */
  state: z.enum(['active', 'grace', 'released']),
  protectsUntil: dateTime.nullable(),
  /** The last request for a release; somebody else approves it. */
  releaseRequested: z.object({ by: z.string(), at: dateTime, reason: z.string() }).nullable(),
  released: z.object({ by: z.string(), at: dateTime, reason: z.string(), approvedBy: z.string().nullable() }).nullable(),
});
export type HoldView = z.infer<typeof holdViewSchema>;

export const holdCheckViewSchema = z.object({
  checkedAt: dateTime,
  holds: z.array(
    z.object({
      hold: z.string(),
      title: z.string(),
      state: holdViewSchema.shape.state,
      instances: z.number(),
      points: z.number(),
      regions: z.array(
        z.object({
          region: z.string(),
          /** Covered copies whose bytes are there, and those that are still to be made. */
          copies: z.number(),
          coming: z.number(),
          /** Of `copies`: on every version of how many the store's own legal hold is, or why not. */
          set: z.number(),
          pending: z.number(),
          unsupported: z.number(),
          failed: z.number(),
          details: z.array(z.string()),
        }),
      ),
      /** Covered copies that residency forbids, at most a hundred; nothing is deleted while both rules hold. */
      conflicts: z.array(
        z.object({ instance: z.string(), point: z.string(), region: z.string(), hold: reasonSchema, residency: reasonSchema }),
      ),
      conflictCount: z.number(),
    }),
  ),
});
export type HoldCheckView = z.infer<typeof holdCheckViewSchema>;

/** Until when the store itself locks a copy. */
export const copyLockViewSchema = z.object({
  point: z.string(),
  region: z.string(),
  mode: z.enum(['governance', 'compliance']),
  until: dateTime,
});
export type CopyLockView = z.infer<typeof copyLockViewSchema>;
