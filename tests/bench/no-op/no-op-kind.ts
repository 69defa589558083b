import type { JobKind } from '@cbcr/jobs';
import { z } from 'zod';

const nothing = z.strictObject({});

/** A run that does nothing: what is left is what catalog, outbox, queue and worker cost. The product has no such kind. */
const noop = {
  name: 'noop',
  runsIn: 'home',
  params: nothing,
  result: nothing,
  concurrency: 64,
  maxAttempts: 1,
  priority: 20,
} as const satisfies JobKind<'noop', z.infer<typeof nothing>, z.infer<typeof nothing>>;

export const noOpKinds = { noop } as const;
export const noOpHandlers = { noop: async () => ({}) } as const;
