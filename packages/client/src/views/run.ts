import { z } from 'zod';
import { dateTime } from './reason.ts';

export const runViewSchema = z.object({
  id: z.string(),
  kind: z.string(),
  region: z.string(),
  /** Null for a run that is about a region. */
  instance: z.string().nullable(),
  point: z.string().nullable(),
  state: z.enum(['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled']),
  epoch: z.number(),
  attempts: z.number(),
  requestedBy: z.string(),
  cancelRequested: z.boolean(),
  createdAt: dateTime,
  startedAt: dateTime.nullable(),
  finishedAt: dateTime.nullable(),
  notBefore: dateTime.nullable(),
  progress: z
    .object({
      phase: z.string(),
      doneBytes: z.number(),
      totalBytes: z.number().nullable(),
      regions: z.record(z.string(), z.object({ storedBytes: z.number(), state: z.string() })).optional(),
      note: z.string().optional(),
    })
    .nullable(),
  /** The kind's own result, without secrets; null until the run has succeeded. */
  result: z.unknown(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
});
export type RunView = z.infer<typeof runViewSchema>;
