import { instanceIdSchema, regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import type { JobKind } from '../job-kind.ts';

const params = z.strictObject({ instance: instanceIdSchema, region: regionIdSchema });
const result = z.strictObject({
  /** Copies that the store was told something about, and object versions of theirs. */
  copies: z.number(),
  versions: z.number(),
  /** Copies that the store could not hold or lock; the catalog says why. */
  left: z.number(),
});

export const hold = {
  name: 'hold',
  runsIn: 'copy',
  params,
  result,
  concurrency: 1,
  maxAttempts: 5,
  priority: 15,
} as const satisfies JobKind<'hold', z.infer<typeof params>, z.infer<typeof result>>;
