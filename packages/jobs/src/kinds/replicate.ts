import { recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import type { JobKind } from '../job-kind.ts';

const params = z.strictObject({ point: recoveryPointIdSchema, target: regionIdSchema });
const result = z.strictObject({
  source: z.array(z.string()),
  movedBytes: z.number(),
  /** Bytes that were already there from an earlier attempt. */
  presentBytes: z.number(),
});

export const replicate = {
  name: 'replicate',
  runsIn: 'target',
  params,
  result,
  concurrency: 2,
  maxAttempts: 5,
  priority: 30,
} as const satisfies JobKind<'replicate', z.infer<typeof params>, z.infer<typeof result>>;
