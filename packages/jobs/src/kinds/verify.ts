import { recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import type { JobKind } from '../job-kind.ts';

const params = z.strictObject({ point: recoveryPointIdSchema, region: regionIdSchema });
const result = z.strictObject({ segments: z.number(), storedBytes: z.number(), plaintextBytes: z.number() });

export const verify = {
  name: 'verify',
  runsIn: 'copy',
  params,
  result,
  concurrency: 1,
  maxAttempts: 3,
  priority: 25,
} as const satisfies JobKind<'verify', z.infer<typeof params>, z.infer<typeof result>>;
