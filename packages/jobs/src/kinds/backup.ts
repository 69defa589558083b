import { recoveryPointIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import type { JobKind } from '../job-kind.ts';

const params = z.strictObject({
  /** The due time that made the run, for scheduled runs. */
  dueAt: z.iso.datetime().optional(),
});
const result = z.strictObject({
  point: recoveryPointIdSchema,
  plaintextBytes: z.number(),
  storedBytes: z.number(),
  /** Regions that hold a complete copy, and those that were detached with the reason. */
  stored: z.array(z.string()),
  detached: z.array(z.strictObject({ region: z.string(), reason: z.string() })),
});

export const backup = {
  name: 'backup',
  runsIn: 'home',
  params,
  result,
  concurrency: 1,
  maxAttempts: 3,
  priority: 20,
} as const satisfies JobKind<'backup', z.infer<typeof params>, z.infer<typeof result>>;
