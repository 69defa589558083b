import { CbcrError, type Clock, type RunId, type RunProgress, toCbcrError } from '@cbcr/domain';
import type { RunLog } from './job-kind.ts';
import type { RunAbort } from './run-abort.ts';
import type { RunLedger } from './run-ledger.ts';

export interface HeartbeatOptions {
  readonly ledger: Pick<RunLedger, 'heartbeat'>;
  readonly run: RunId;
  readonly epoch: number;
  readonly abort: RunAbort;
  readonly clock: Clock;
  readonly log: RunLog;
  readonly everyMs: number;
  /** The ledger may stay silent for so long before the run is stopped here: by then another worker may have taken over. */
  readonly silenceMs: number;
  latestProgress(): RunProgress | null;
  /** Just before the ledger was asked for the run, by the monotonic clock. */
  readonly openedAtMs: number;
}

export interface Heartbeat {
  /** Beats now instead of at the next second. */
  beatNow(): void;
  /** Just before the last question to which the ledger answered that this worker holds the run. */
  heldAtMs(): number;
  /** Ends the heartbeat; resolves when nothing of it is under way any more. */
  stop(): Promise<void>;
}

/**
 * Tells the ledger every second that the worker lives and how far it is, and aborts the run when the ledger answers that somebody asked
 * to cancel or that a newer attempt exists, or when it does not answer for too long.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { ledger, run, epoch, abort, clock, log, everyMs, silenceMs, openedAtMs } = options;
  const stopped = new AbortController();
  let pause = new AbortController();
  let lastAnswer = clock.monotonicMs();
  let heldAtMs = openedAtMs;

  const loop = async () => {
    while (!stopped.signal.aborted) {
      await sleepUnless(clock, everyMs, [stopped.signal, pause.signal]);
      if (stopped.signal.aborted) return;
      pause = new AbortController();
      try {
        const askedAtMs = clock.monotonicMs();
        const patience = Math.max(everyMs, silenceMs - (askedAtMs - lastAnswer));
        const answer = await answerWithin(clock, patience, stopped.signal, ledger.heartbeat(run, epoch, options.latestProgress()));
        lastAnswer = clock.monotonicMs();
        if (answer !== undefined) heldAtMs = askedAtMs;
        if (answer?.cancelRequested) abort.abort(new CbcrError('run.cancelled', { by: 'request' }));
      } catch (thrown) {
        const error = toCbcrError(thrown);
        if (error.treatment === 'lost') {
          abort.abort(error);
          return;
        }
        const silentMs = clock.monotonicMs() - lastAnswer;
        log.warn({ error: error.toReport(), silentMs }, 'The catalog did not take the heartbeat');
        if (silentMs >= silenceMs) {
          abort.abort(
            error.treatment === 'outage' ? error : new CbcrError('catalog.unreachable', { cause: error.message }, { cause: error }),
          );
          return;
        }
      }
    }
  };
  const ended = loop();
  return {
    beatNow: () => pause.abort(),
    heldAtMs: () => heldAtMs,
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}

async function sleepUnless(clock: Clock, ms: number, signals: AbortSignal[]): Promise<void> {
  try {
    await clock.sleep(ms, { signal: AbortSignal.any(signals) });
  } catch {
    // Woken early: the caller looks why.
  }
}

/** Undefined when the heartbeat was stopped meanwhile. */
async function answerWithin<T>(clock: Clock, ms: number, stopped: AbortSignal, answer: Promise<T>): Promise<T | undefined> {
  const done = new AbortController();
  try {
    return await Promise.race([
      answer,
      clock.sleep(ms, { signal: AbortSignal.any([stopped, done.signal]) }).then(
        () => {
          throw new CbcrError('catalog.unreachable', { cause: `no answer within ${Math.round(ms)} ms` });
        },
        () => undefined,
      ),
    ]);
  } finally {
    done.abort();
    // A late refusal of an abandoned heartbeat concerns nobody.
    answer.catch(() => undefined);
  }
}
