import { randomBytes } from 'node:crypto';
import { createIdFactory, instanceIdSchema, type RegionId, type Run, regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import type { JobKind } from '../src/job-kind.ts';

export const sampleRegion = regionIdSchema.parse('north');
export const ids = createIdFactory({ now: () => new Date(0) }, randomBytes);

const params = z.strictObject({ size: z.number() });
const result = z.strictObject({ done: z.number() });
/** A kind for tests: two attempts less than a real one would have are enough to see them burn. */
const copying = {
  name: 'copying',
  runsIn: 'home',
  params,
  result,
  concurrency: 2,
  maxAttempts: 3,
  priority: 20,
} as const satisfies JobKind<'copying', z.infer<typeof params>, z.infer<typeof result>>;
export const sampleKinds = { copying } as const;

export function sampleRun(changes: Partial<Run> = {}, region: RegionId = sampleRegion): Run {
  return {
    id: ids.runId(),
    kind: 'copying',
    region,
    instance: instanceIdSchema.parse('orders'),
    point: null,
    state: 'queued',
    epoch: 0,
    attempts: 0,
    params: { size: 3 },
    result: null,
    error: null,
    progress: null,
    priority: null,
    cancelRequested: false,
    requestedBy: 'test',
    createdAt: new Date(0),
    startedAt: null,
    finishedAt: null,
    notBefore: null,
    ...changes,
  };
}
