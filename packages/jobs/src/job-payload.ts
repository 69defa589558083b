import { CbcrError, runIdSchema } from '@cbcr/domain';
import { z } from 'zod';

/** What travels through Redis: a wake-up call, nothing else. Never a secret, never a decision. */
export const jobPayloadSchema = z.strictObject({ v: z.literal(1), runId: runIdSchema });
export type JobPayload = z.infer<typeof jobPayloadSchema>;

/** The payload, or the `run.payload-invalid` that says why it is none. Values are not repeated: they may be anything. */
export function readJobPayload(jobId: string, data: unknown): JobPayload | CbcrError<'run.payload-invalid'> {
  const parsed = jobPayloadSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  return new CbcrError('run.payload-invalid', { job: jobId, cause: describePayload(data) });
}

function describePayload(data: unknown): string {
  const version = typeof data === 'object' && data !== null && 'v' in data ? data.v : undefined;
  if (typeof version === 'number' && version !== 1) return `its version is ${version}, this worker knows 1`;
  return 'it does not hold {v: 1, runId}';
}
