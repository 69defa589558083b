import { z } from 'zod';
import { dateTime, reasonSchema } from './reason.ts';

const verdict = {
  point: z.string(),
  region: z.string(),
  capturedAt: dateTime,
  bytes: z.number(),
  verdict: z.enum(['keep', 'expire']),
  /** All of them, never none. */
  reasons: z.array(reasonSchema),
  /** When it expires if nothing else happens; null: no such moment is known. */
  expiresAt: dateTime.nullable(),
  /** A hold keeps it longer than it may be kept. */
  finding: reasonSchema.nullable(),
};

/** Why each copy of an instance or a point is kept, or not. `text` is the same for people. */
export const retentionExplanationViewSchema = z.object({
  instance: z.string(),
  version: z.number(),
  copies: z.array(z.object(verdict)),
  text: z.array(z.string()),
});
export type RetentionExplanationView = z.infer<typeof retentionExplanationViewSchema>;

const change = z.enum(['expires', 'cools-off', 'kept-newly', 'expired-already']);

/** What rules would do to the copies that exist. The sums are of all copies, the list only of the first. `text` is the same for people. */
export const retentionPreviewViewSchema = z.object({
  /** The moment that is looked at. */
  at: dateTime,
  total: z.number(),
  sums: z.array(z.object({ region: z.string(), change, copies: z.number(), bytes: z.number() })),
  copies: z.array(z.object({ ...verdict, instance: z.string(), change })),
  left: z.number(),
  /** Points that the rules let go, and of which a verified copy stays all the same: the last good ones of live instances. */
  lastGood: z.array(z.object({ instance: z.string(), point: z.string() })),
  text: z.array(z.string()),
});
export type RetentionPreviewView = z.infer<typeof retentionPreviewViewSchema>;
