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
  /** What a worker found when it last tried the store; null while none has. */
  probe: z
    .object({
      conditionalPut: z.boolean(),
      versioning: z.boolean(),
      objectLock: z.boolean(),
      checksums: z.boolean(),
      serverSideCopy: z.boolean(),
      /** Where the provider says that the bucket is; null when it does not say. */
      location: z.string().nullable(),
      probedAt: dateTime,
      worker: z.string(),
    })
    .nullable(),
  /** The ways from other regions to this one, by region: what cbcr.yaml says of them, and what workers here measured. */
  links: z.array(
    z.object({
      from: z.string(),
      /** From a small request to its answer. Null: nobody has measured it. */
      latencyMs: z.number().nullable(),
      latencyAt: dateTime.nullable(),
      /** What the last large transfer reached. */
      bytesPerSecond: z.number().nullable(),
      throughputAt: dateTime.nullable(),
      declared: z.object({
        latencyMs: z.number().nullable(),
        bandwidth: z.number().nullable(),
        pricePerGiB: z.number().nullable(),
      }),
    }),
  ),
});
export type RegionView = z.infer<typeof regionViewSchema>;
