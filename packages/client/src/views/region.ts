import { z } from 'zod';
import { dateTime } from './reason.ts';

export const regionViewSchema = z.object({
  id: z.string(),
  jurisdictions: z.array(z.string()),
  provider: z.string().nullable(),
  storeKind: z.string(),
  encrypted: z.boolean(),
  health: z.object({ state: z.enum(['up', 'down', 'unknown']), reason: z.string(), since: dateTime.nullable() }),
  workers: z.number(),
});
export type RegionView = z.infer<typeof regionViewSchema>;
