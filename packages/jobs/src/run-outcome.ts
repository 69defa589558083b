import { CbcrError, toCbcrError } from '@cbcr/domain';
import type { HandlerEnd } from './await-handler.ts';
import { backoffMs } from './backoff.ts';
import type { RuntimeTiming } from './runtime-timing.ts';

/** What becomes of a run after one start. */
export type RunOutcome =
  | { readonly type: 'succeeded'; readonly result: unknown }
  | { readonly type: 'failed' | 'cancelled' | 'lost' | 'handed-back'; readonly error: CbcrError }
  | { readonly type: 'retried' | 'waiting'; readonly error: CbcrError; readonly notBefore: Date };

export interface OutcomeFacts {
  readonly end: HandlerEnd;
  /** Why the run was told to stop, or null. */
  readonly abortReason: CbcrError | null;
  /** Attempts burnt before this start. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Outages in a row without progress between them, this one not counted. */
  readonly outages: number;
  readonly now: Date;
  random(): number;
  readonly timing: Pick<RuntimeTiming, 'outageBackoff' | 'attemptBackoff'>;
}

/**
 * Decides by the treatment of the error alone.
 *
 *   returned            succeeded, even when somebody asked to stop meanwhile: the work exists. Only a lost run is lost.
 *   told to stop        the reason of the abort decides, whatever the handler threw on its way out
 *   never               failed at once
 *   attempt             retried after a pause until the kind's attempts are burnt, then failed
 *   outage              waiting: the attempt does not count
 *   cancel, lost        cancelled; lost (nothing is written)
 *   run.handed-back     the worker stops: back to the queue at once
 */
export function decideOutcome(facts: OutcomeFacts): RunOutcome {
  const { end, abortReason } = facts;
  if (end.type === 'returned' && abortReason?.treatment !== 'lost') return { type: 'succeeded', result: end.result };
  const error = abortReason ?? errorOf(end);
  if (error.code === 'run.handed-back') return { type: 'handed-back', error };
  const after = (pauseMs: number) => new Date(facts.now.getTime() + pauseMs);
  switch (error.treatment) {
    case 'never':
      return { type: 'failed', error };
    case 'attempt': {
      const burnt = facts.attempts + 1;
      if (burnt >= facts.maxAttempts) return { type: 'failed', error };
      return { type: 'retried', error, notBefore: after(backoffMs(burnt, facts.timing.attemptBackoff, facts.random)) };
    }
    case 'outage':
      return { type: 'waiting', error, notBefore: after(backoffMs(facts.outages + 1, facts.timing.outageBackoff, facts.random)) };
    case 'cancel':
      return { type: 'cancelled', error };
    case 'lost':
      return { type: 'lost', error };
  }
}

function errorOf(end: HandlerEnd): CbcrError {
  switch (end.type) {
    case 'threw':
      return toCbcrError(end.error);
    case 'abandoned':
      return new CbcrError('run.unexpected', { cause: 'the handler was abandoned' });
    case 'returned':
      return new CbcrError('run.unexpected', { cause: 'the handler returned' });
  }
}
