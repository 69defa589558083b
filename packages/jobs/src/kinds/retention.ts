import { deletionPurposes, instanceIdSchema, recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import type { JobKind } from '../job-kind.ts';

const params = z.strictObject({
  instance: instanceIdSchema,
  /** Where the copies are. */
  region: regionIdSchema,
  points: z.array(recoveryPointIdSchema).min(1).max(50),
  purpose: z.enum(deletionPurposes),
});
const result = z.strictObject({
  deleted: z.array(recoveryPointIdSchema),
  /** What the deletion gate did not allow, with everything that stands in the way. */
  denied: z.array(z.strictObject({ point: recoveryPointIdSchema, reasons: z.array(z.string()) })),
  versions: z.number(),
  bytes: z.number(),
});

/** Removes what the deletion gate allows. Nobody waits for it: all other kinds come first. */
export const retention = {
  name: 'retention',
  runsIn: 'copy',
  params,
  result,
  concurrency: 1,
  maxAttempts: 5,
  priority: 40,
} as const satisfies JobKind<'retention', z.infer<typeof params>, z.infer<typeof result>>;
