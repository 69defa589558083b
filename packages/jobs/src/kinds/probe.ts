import { regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import type { JobKind } from '../job-kind.ts';

const params = z.strictObject({ region: regionIdSchema });
const result = z.strictObject({
  conditionalPut: z.boolean(),
  versioning: z.boolean(),
  objectLock: z.boolean(),
  checksums: z.boolean(),
  serverSideCopy: z.boolean(),
  /** Where the provider says that the bucket is; null when it does not say. */
  location: z.string().nullable(),
  /** How long the stores of the other regions took to answer; null, with the cause, where one did not. Absent in runs of older versions. */
  links: z.array(z.strictObject({ from: z.string(), latencyMs: z.number().nullable(), cause: z.string().optional() })).optional(),
});

export const probe = {
  name: 'probe',
  runsIn: 'store',
  params,
  result,
  concurrency: 1,
  maxAttempts: 2,
  priority: 15,
} as const satisfies JobKind<'probe', z.infer<typeof params>, z.infer<typeof result>>;
