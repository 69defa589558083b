import type { ApiProblem } from '@cbcr/client';
import { CbcrError, toCbcrError } from '@cbcr/domain';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { challengeBrowser } from './auth.ts';
import { describeIssue } from './describe-issue.ts';

/** An error that lists several problems, such as those of a cbcr.yaml. */
export interface ProblemList {
  readonly problems: readonly ApiProblem[];
}

const hasProblems = (error: unknown): error is ProblemList =>
  typeof error === 'object' && error !== null && 'problems' in error && Array.isArray(error.problems);

/** Every answer that is not a success has the same body: code, sentence, hint, and the list of problems where there are several. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    if (hasZodFastifySchemaValidationErrors(error)) {
      const problems = error.validation.map((issue) => ({
        path: issue.instancePath.split('/').filter(Boolean).join('.'),
        message: describeIssue(issue),
      }));
      const cause = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
      return answerWith(reply, new CbcrError('api.request-invalid', { cause }), problems);
    }
    const known = isClientMistake(error) ? new CbcrError('api.request-invalid', { cause: describeMistake(error) }) : toCbcrError(error);
    if (known.entry.status === 500) request.log.error({ err: error }, 'a request failed');
    return answerWith(reply, known, hasProblems(error) ? error.problems : undefined);
  });
  app.setNotFoundHandler((request, reply) =>
    answerWith(reply, new CbcrError('api.route-unknown', { method: request.method, path: request.url.split('?')[0] ?? '' })),
  );
}

/** What Fastify itself refuses: malformed JSON, a body that is too large, an unknown content type. */
function isClientMistake(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof CbcrError) return false;
  const status = 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500;
}

/** Fastify's words are about HTTP; ours about what to send. */
function describeMistake(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'the body must be JSON, sent with content-type: application/json';
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') return 'the body is not JSON';
  if (code === 'FST_ERR_BAD_URL') return 'the address has a % that stands for no character';
  return error.message;
}

/** What Fastify refuses before there is a route, such as an address that cannot be read. */
export const answerUnrouted = (error: Error, _request: unknown, reply: FastifyReply): void =>
  void answerWith(reply, new CbcrError('api.request-invalid', { cause: describeMistake(error) }));

export function answerWith(reply: FastifyReply, error: CbcrError, problems?: readonly ApiProblem[]): FastifyReply {
  if (error.entry.status === 401) challengeBrowser(reply);
  return reply.status(error.entry.status).send({ error: { ...error.toReport(), ...(problems && { problems }) } });
}
