import { CbcrError, type RegionId } from '@cbcr/domain';
import type { StoreOperation } from '../../decorators/observation.ts';

export interface S3Failure {
  region: RegionId;
  bucket: string;
  operation: StoreOperation;
  key?: string | undefined;
}

/** What the SDK or the socket said, without the request: an SDK error can hold headers. */
interface Facts {
  name: string;
  code: string;
  httpStatus: number | undefined;
  message: string;
}

const fullNames = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull']);
const busyNames = new Set([
  'SlowDown',
  'TooManyRequests',
  'RequestTimeout',
  'ServiceUnavailable',
  'InternalError',
  'Throttling',
  'ThrottlingException',
]);
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EPROTO',
]);
/** A signature for another region than the server's, or a bucket of another one. */
const elsewhereNames = new Set([
  'AuthorizationHeaderMalformed',
  'AuthorizationQueryParametersError',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
  'TemporaryRedirect',
]);
/** Servers that keep objects as files say so when a key is a folder of another one. */
const folderConflictNames = new Set([
  'ObjectParentIsFile',
  'ExistingObjectIsDirectory',
  'XMinioParentIsObject',
  'XMinioObjectExistsAsDirectory',
]);

/** The `store.*` error for whatever a request threw. An abort is the caller's to recognise, by its signal. */
export function translateS3Error(error: unknown, failure: S3Failure): CbcrError {
  if (error instanceof CbcrError) return error;
  const facts = readFacts(error);
  const { region, bucket, operation, key = '' } = failure;
  const { name, code, httpStatus = 0 } = facts;
  const said = describe(facts);
  const options = { cause: new Error(said) };

  if (name === 'NoSuchBucket') return new CbcrError('store.bucket-missing', { region, bucket }, options);
  if (name === 'NoSuchKey') return new CbcrError('store.object-missing', { region, key }, options);
  if (isElsewhere(facts)) return new CbcrError('store.bucket-elsewhere', { region, bucket, cause: said }, options);
  if (isTaken(error)) return new CbcrError('store.object-exists', { region, key }, options);
  if (folderConflictNames.has(name)) return new CbcrError('store.key-invalid', { region, key, cause: said }, options);
  if (fullNames.has(name) || httpStatus === 507) return new CbcrError('store.full', { region }, options);
  // The answer tells the SDK what time it is there: the next request is signed with that.
  if (name === 'RequestTimeTooSkewed') return new CbcrError('store.unreachable', { region, cause: said }, options);
  if (httpStatus === 403 || httpStatus === 401 || name === 'CredentialsProviderError') {
    return new CbcrError('store.denied', { region, operation, cause: said }, options);
  }
  if (isAway({ name, code, httpStatus })) return new CbcrError('store.unreachable', { region, cause: said }, options);
  return new CbcrError('store.failed', { region, operation, cause: said }, options);
}

/** HEAD answers have no body, so that a missing bucket and a missing key look the same. */
export function isNotFound(error: unknown): boolean {
  const { name, httpStatus } = readFacts(error);
  return httpStatus === 404 && name !== 'NoSuchBucket';
}

/** The store understood, and said no. */
export function isRefusal(error: unknown): boolean {
  return readFacts(error).httpStatus === 403;
}

/** The server does not know the request: it keeps no versions, or knows no batches. */
export function lacksVersions(error: unknown): boolean {
  const { name, httpStatus } = readFacts(error);
  return httpStatus === 501 || name === 'NotImplemented';
}

/** The answer to `If-None-Match: *` when there is an object. */
export function isTaken(error: unknown): boolean {
  const { name, httpStatus } = readFacts(error);
  return name === 'PreconditionFailed' || httpStatus === 412;
}

/** The connection broke while it was in use. */
export function isConnectionLoss(error: unknown): boolean {
  const { code } = readFacts(error);
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED';
}

export function isBodyRefusal(error: unknown): boolean {
  const { name } = readFacts(error);
  return ['BadDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch', 'InvalidDigest'].includes(name);
}

/** The answer to a HEAD has no body: its status is all that is known. */
const isElsewhere = ({ name, httpStatus = 0 }: Facts): boolean => elsewhereNames.has(name) || (httpStatus >= 300 && httpStatus < 400);

/** A HEAD was refused without a word; the same question as a GET would be answered with a reason. */
export function isWordless(error: unknown): boolean {
  const { httpStatus, message } = readFacts(error);
  return httpStatus === 400 && (message === '' || message === 'UnknownError');
}

function isAway({ name, code, httpStatus }: { name: string; code: string; httpStatus: number }): boolean {
  if (networkCodes.has(code) || busyNames.has(name) || name === 'TimeoutError') return true;
  return httpStatus === 429 || (httpStatus >= 500 && httpStatus !== 501);
}

function describe({ name, code, httpStatus, message }: Facts): string {
  const label = [name === 'Error' || message.includes(name) ? '' : name, httpStatus ?? ''].filter((part) => part !== '').join(' ');
  const text = message === '' || message === 'UnknownError' ? code : message.replace(/\.$/, '');
  return [label, text].filter((part) => part !== '').join(': ') || 'no reason given';
}

function readFacts(error: unknown): Facts {
  if (!(error instanceof Error)) return { name: 'Error', code: '', httpStatus: undefined, message: String(error) };
  // Several addresses were tried and all refused: the first says what the others say.
  const told = error instanceof AggregateError && error.message === '' && error.errors[0] instanceof Error ? error.errors[0] : error;
  const code = 'code' in told && typeof told.code === 'string' ? told.code : '';
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const status = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return { name: told.name, code, httpStatus: typeof status === 'number' ? status : undefined, message: told.message };
}
