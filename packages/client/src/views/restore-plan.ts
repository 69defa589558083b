import { z } from 'zod';
import { dateTime, reasonSchema } from './reason.ts';

/** What a restore would read, in which order, and why: computed, nothing started. */
export const restorePlanViewSchema = z.object({
  instance: z.string(),
  point: z.string(),
  capturedAt: dateTime,
  to: z.string(),
  plaintextBytes: z.number(),
  storedBytes: z.number(),
  ranking: z.array(z.object({ region: z.string(), rank: z.number(), reasons: z.array(reasonSchema) })),
  excluded: z.array(z.object({ region: z.string(), reason: reasonSchema })),
});
export type RestorePlanView = z.infer<typeof restorePlanViewSchema>;
