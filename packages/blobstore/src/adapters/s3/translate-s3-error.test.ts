import { S3ServiceException } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { regionNamed } from '../../../test/sample-point.ts';
import { isConnectionLoss, isNotFound, translateS3Error } from './translate-s3-error.ts';

const failure = { region: regionNamed('cloud'), bucket: 'backups', operation: 'put', key: 'the/key' } as const;

const answered = (name: string, httpStatusCode: number) =>
  new S3ServiceException({
    name,
    message: `${name} was planted`,
    $fault: httpStatusCode < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode },
  });
const broken = (code: string, name = 'Error') => Object.assign(new Error(`connect ${code}`), { code, name });

test.each([
  ['store.bucket-missing', answered('NoSuchBucket', 404)],
  ['store.object-missing', answered('NoSuchKey', 404)],
  ['store.object-exists', answered('PreconditionFailed', 412)],
  ['store.denied', answered('AccessDenied', 403)],
  ['store.denied', answered('SignatureDoesNotMatch', 403)],
  ['store.denied', answered('InvalidAccessKeyId', 403)],
  ['store.denied', Object.assign(new Error('no credentials'), { name: 'CredentialsProviderError' })],
  ['store.full', answered('QuotaExceeded', 403)],
  ['store.full', answered('XMinioStorageFull', 507)],
  ['store.full', answered('InsufficientStorage', 507)],
  ['store.unreachable', answered('RequestTimeTooSkewed', 403)],
  ['store.unreachable', answered('SlowDown', 503)],
  ['store.unreachable', answered('InternalError', 500)],
  ['store.unreachable', answered('BadGateway', 502)],
  ['store.unreachable', answered('TooManyRequests', 429)],
  ['store.unreachable', answered('RequestTimeout', 400)],
  ['store.unreachable', broken('ECONNREFUSED')],
  ['store.unreachable', broken('ECONNRESET', 'TimeoutError')],
  ['store.unreachable', broken('ENOTFOUND')],
  ['store.unreachable', Object.assign(new Error('the socket was idle'), { name: 'TimeoutError' })],
  ['store.unreachable', new AggregateError([broken('ECONNREFUSED'), broken('ECONNREFUSED')])],
  ['store.failed', answered('ConditionalRequestConflict', 409)],
  ['store.failed', answered('NotImplemented', 501)],
  ['store.failed', answered('BadDigest', 400)],
  ['store.failed', answered('InvalidRequest', 400)],
  ['store.failed', new TypeError('a defect')],
  ['store.key-invalid', answered('ObjectParentIsFile', 400)],
  ['store.bucket-elsewhere', answered('PermanentRedirect', 301)],
  ['store.bucket-elsewhere', answered('AuthorizationHeaderMalformed', 400)],
  ['store.bucket-elsewhere', answered('UnknownError', 301)],
])('%s is what %s becomes', (code, error) => {
  expect(translateS3Error(error, failure)).toMatchObject({ code });
});

test('the cause is told in words, without the request', () => {
  expect(translateS3Error(answered('SlowDown', 503), failure).message).toContain('503: SlowDown was planted');
  expect(translateS3Error(broken('ECONNREFUSED'), failure).message).toContain('connect ECONNREFUSED');
  const withRequest = Object.assign(answered('InvalidRequest', 400), { $response: { headers: { authorization: 'planted-signature' } } });
  const translated = translateS3Error(withRequest, failure);
  expect(JSON.stringify(translated) + JSON.stringify(translated.cause)).not.toContain('planted-signature');
});

test('a missing bucket is not taken for a missing object', () => {
  expect(isNotFound(answered('NotFound', 404))).toBe(true);
  expect(isNotFound(answered('NoSuchKey', 404))).toBe(true);
  expect(isNotFound(answered('NoSuchBucket', 404))).toBe(false);
});

test('a refused connection is no lost one: nothing was sent', () => {
  expect(isConnectionLoss(broken('ECONNRESET'))).toBe(true);
  expect(isConnectionLoss(broken('EPIPE'))).toBe(true);
  expect(isConnectionLoss(broken('ECONNREFUSED'))).toBe(false);
});
