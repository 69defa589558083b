import { instanceIdSchema, recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import type { JobKind } from '../job-kind.ts';

const params = z.strictObject({
  region: regionIdSchema,
  /** Absent: the whole store of the region. */
  instance: instanceIdSchema.optional(),
});

const reason = z.strictObject({ rule: z.string(), text: z.string() });
const leftovers = {
  instance: instanceIdSchema,
  point: recoveryPointIdSchema,
  objects: z.number(),
  bytes: z.number(),
  /** Of the youngest object, by the clock of the store, ISO 8601; null: the store does not say. */
  writtenAt: z.string().nullable(),
  reason,
};
const sum = z.strictObject({ points: z.number(), objects: z.number(), bytes: z.number() });

const result = z.strictObject({
  /** What nobody refers to, in the order of the keys; of more than it takes what may go comes first. `denied`: what the deletion gate says against its end; empty: it may go. */
  garbage: z.array(z.strictObject({ ...leftovers, denied: z.array(reason) })).max(500),
  /** Of all garbage, listed or not. */
  total: sum,
  /** What no catalog of ours speaks of; it never goes by itself. */
  unclaimed: z.array(z.strictObject(leftovers)).max(100),
  totalUnclaimed: sum,
});

/** Looks for what dead attempts left in the store of a region. Reads only: what it finds is removed by runs of the kind that deletes. */
export const garbage = {
  name: 'garbage',
  runsIn: 'store',
  params,
  result,
  concurrency: 1,
  maxAttempts: 2,
  priority: 50,
} as const satisfies JobKind<'garbage', z.infer<typeof params>, z.infer<typeof result>>;
