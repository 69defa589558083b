import { recoveryPointIdSchema, regionIdSchema, secretReferenceSchema } from '@cbcr/domain';
import { z } from 'zod';
import type { JobKind } from '../job-kind.ts';

const params = z.strictObject({
  point: recoveryPointIdSchema,
  /** Region whose workers do the restore, near the target database. */
  to: regionIdSchema,
  /** Reference to (or sealed form of) the connection of the target database. */
  target: secretReferenceSchema,
  jobs: z.int().min(1).max(64).default(2),
  /** The exact name of the target, as a confirmation that what it holds may be removed first. */
  clean: z.string().min(1).max(4096).optional(),
  /** A rehearsal: residency judges the region as that of a drill, not of a restore. */
  drill: z.boolean().optional(),
});
const rankedSource = z.strictObject({ region: z.string(), rank: z.number().nullable(), reason: z.string() });
const result = z.strictObject({
  plaintextBytes: z.number(),
  ranking: z.array(rankedSource),
  /** Segments read from each region: more than one when a source died on the way. */
  segmentsFrom: z.record(z.string(), z.number()),
});

export const restore = {
  name: 'restore',
  runsIn: 'target',
  params,
  result,
  concurrency: 1,
  maxAttempts: 2,
  priority: 10,
} as const satisfies JobKind<'restore', z.infer<typeof params>, z.infer<typeof result>>;
