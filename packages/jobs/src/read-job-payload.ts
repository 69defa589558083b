import { CbcrError, type JobPayload, jobPayloadSchema, jobPayloadVersion } from '@cbcr/domain';

/** The payload, or the `run.payload-invalid` that says why it is none. Values are not repeated: they may be anything. */
export function readJobPayload(jobId: string, data: unknown): JobPayload | CbcrError<'run.payload-invalid'> {
  const parsed = jobPayloadSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  return new CbcrError('run.payload-invalid', { job: jobId, cause: describePayload(data) });
}

function describePayload(data: unknown): string {
  const version = typeof data === 'object' && data !== null && 'v' in data ? data.v : undefined;
  if (typeof version === 'number' && version !== jobPayloadVersion)
    return `its version is ${version}, this worker knows ${jobPayloadVersion}`;
  return 'it holds neither {v: 1, runId} nor {v: 1, requestId, request}';
}
