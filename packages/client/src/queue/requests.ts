import {
  type RegionId,
  type RequestId,
  type RunRequest,
  regionIdSchema,
  regionOfRequest,
  requestIdSchema,
  runRequestSchema,
} from '@cbcr/domain';
import { queueError } from './queue-error.ts';

interface Identified {
  /** The same id always gives the same run. At most 128 letters, digits, dots, hyphens and underscores. */
  requestId: string;
}
/** `home` is the home region of the instance, whose workers do its backups. */
export type AskBackup = Identified & { instance: string; home: string };
/** `to` is a region where the policy demands a copy. */
export type AskReplicate = Identified & { point: string; to: string };
export type AskVerify = Identified & { point: string; region: string };
export interface AskRestore extends Identified {
  instance: string;
  /** Default: the newest point that has a readable copy. */
  point?: string | undefined;
  /** Whose workers do it; it must be allowed to hold the data. */
  to: string;
  /** `env:NAME` or `file:/PATH`, resolved by the workers of `to`. Never a URL: a queue must not hold a password. */
  target: string;
  /** Parallel work in the target, 1 to 64. */
  jobs?: number | undefined;
}

/** Where a request stands, to wait for it or take it back; plain data that may be kept. */
export interface EnqueuedRequest {
  readonly requestId: RequestId;
  readonly region: RegionId;
  readonly request: RunRequest;
}

/** Checks what can be checked without a catalog, before anything leaves the process. Never repeats a value. */
export function readAsk(kind: RunRequest['kind'], ask: Identified & Record<string, unknown>): EnqueuedRequest {
  const { requestId: askedId, home, ...asked } = ask;
  const requestId = requestIdSchema.safeParse(askedId);
  if (!requestId.success)
    throw queueError('request.invalid', { request: 'without a valid id', cause: `requestId: ${reasonsOf(requestId.error)}` });
  const refuse = (cause: string) => queueError('request.invalid', { request: requestId.data, cause });
  const request = runRequestSchema.safeParse({ kind, ...asked });
  if (!request.success) {
    const isTarget = request.error.issues.some(({ path }) => path[0] === 'target');
    if (isTarget && typeof asked['target'] === 'string') throw queueError('request.target-not-reference', { request: requestId.data });
    throw refuse(reasonsOf(request.error));
  }
  const region = regionIdSchema.safeParse(regionOfRequest(request.data) ?? home);
  if (!region.success) throw refuse('home: the home region of the instance');
  return { requestId: requestId.data, region: region.data, request: request.data };
}

const reasonsOf = ({ issues }: { issues: readonly { path: PropertyKey[]; message: string }[] }): string =>
  issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ');
