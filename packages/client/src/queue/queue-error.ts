import { CbcrError, type ErrorCode, type FactsOf, type RequestId } from '@cbcr/domain';

/** The request never became a job: it is not valid, or Redis did not answer. `code` is stable; see the error catalogue. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
  readonly code: string;
  readonly hint: string;

  constructor({ code, message, hint }: CbcrError, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

export const queueError = <Code extends ErrorCode>(code: Code, facts: FactsOf<Code>, cause?: unknown): QueueError =>
  new QueueError(new CbcrError(code, facts), { cause });

/** A worker read the request and said no, for good. The message ends with what to do about it. */
export class RequestRefusedError extends Error {
  override readonly name = 'RequestRefusedError';
  /** Of the error catalogue of the worker, which may be newer than this package. */
  readonly code: string;
  readonly requestId: RequestId;

  /** `reason` is what the worker left in the failed job: the code, a colon, the sentence and the hint. */
  constructor(requestId: RequestId, reason: string) {
    const [, code, message] = /^([a-z]+\.[a-z-]+): (.*)$/s.exec(reason) ?? [reason, 'run.unexpected', reason];
    super(message);
    this.code = code ?? 'run.unexpected';
    this.requestId = requestId;
  }
}
