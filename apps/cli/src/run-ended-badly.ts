import type { RunView } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';

/** A run that was waited for did not succeed. The hint is about the run's own error; how to see the run is the lesser advice. */
export class RunNotSucceededError extends CbcrError<'run.failed'> {
  override readonly hint: string;
  readonly reason: RunView['error'];

  constructor({ id, state, error }: RunView) {
    super('run.failed', { run: id, cause: error === null ? `it was ${state}.` : `${error.message} (${error.code})` });
    this.reason = error;
    this.hint = adviseOn(error, id);
  }
}

/** A run had not ended when the caller's patience did. */
export class RunWaitExpiredError extends CbcrError<'run.wait-expired'> {
  override readonly hint: string;
  readonly reason: RunView['error'];

  constructor({ id, state, error }: RunView, seconds: number) {
    const known = state === 'waiting' ? error : null;
    super('run.wait-expired', { run: id, seconds, state: known === null ? state : `waiting: ${known.message.replace(/\.$/, '')}` });
    this.reason = known;
    this.hint = `${adviseOn(known, id)}, or cancel it with: cbcr runs cancel ${id}`;
  }
}

const adviseOn = (error: RunView['error'], id: string) => `${error === null ? '' : `${error.hint} `}See: cbcr runs show ${id}`;
