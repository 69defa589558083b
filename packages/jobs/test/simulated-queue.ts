import type { Clock, RunId } from '@cbcr/domain';
import { DelayedError, UnrecoverableError } from 'bullmq';
import type { WakeUpJob } from '../src/job-ending.ts';

type State =
  | { readonly type: 'waiting' }
  | { readonly type: 'delayed'; readonly dueMs: number }
  | { readonly type: 'active'; readonly token: string; readonly worker: string; readonly lockedUntilMs: number }
  | { readonly type: 'gone' };

/** One job of BullMQ with what its semantics promise: locks with tokens, stalls, delays, and a Redis that may forget it. */
export interface SimulatedQueue {
  state(): State['type'];
  /** Hands the job to a worker when it is due, or null. */
  take(worker: string): { job: WakeUpJob; token: string } | null;
  /** What BullMQ does with the end of a processor. */
  finish(token: string, thrown: unknown): void;
  /** Renews the lock; false when it is lost. */
  renew(token: string): boolean;
  /** The stalled check: a job whose lock ran out waits again. */
  rescue(): void;
  /** FLUSHALL. */
  forget(): void;
  /** The reconciler wakes a run that Redis does not know. */
  add(): void;
}

export function createSimulatedQueue(run: RunId, clock: Clock, lockMs: number): SimulatedQueue {
  let state: State = { type: 'waiting' };
  let progress: unknown = 0;
  let stalls = 0;
  let tokens = 0;
  const now = () => clock.now().getTime();
  const holds = (token: string) => state.type === 'active' && state.token === token;
  const reset = (next: State) => {
    state = next;
    progress = 0;
    stalls = 0;
  };
  return {
    state: () => state.type,
    take(worker) {
      if (state.type === 'delayed' && state.dueMs <= now()) state = { type: 'waiting' };
      if (state.type !== 'waiting') return null;
      const token = `${worker}:${++tokens}`;
      state = { type: 'active', token, worker, lockedUntilMs: now() + lockMs };
      const job: WakeUpJob = {
        id: run,
        data: { v: 1, runId: run },
        progress,
        stalledCounter: stalls,
        updateData: async () => undefined,
        updateProgress: async (value) => {
          if (state.type === 'gone') throw new Error('Missing key for job');
          progress = value;
        },
        moveToDelayed: async (dueMs, held) => {
          if (!holds(held)) throw new Error('Missing lock for job');
          state = { type: 'delayed', dueMs };
        },
      };
      return { job, token };
    },
    finish(token, thrown) {
      const understood = thrown === undefined || thrown instanceof DelayedError || thrown instanceof UnrecoverableError;
      if (!understood) throw new Error('A processor threw what BullMQ would retry by itself', { cause: thrown });
      if (!(thrown instanceof DelayedError) && holds(token)) reset({ type: 'gone' });
    },
    renew(token) {
      if (state.type !== 'active' || !holds(token)) return false;
      state = { ...state, lockedUntilMs: now() + lockMs };
      return true;
    },
    rescue() {
      if (state.type !== 'active' || state.lockedUntilMs > now()) return;
      state = { type: 'waiting' };
      stalls++;
    },
    forget: () => reset({ type: 'gone' }),
    add() {
      if (state.type === 'gone') reset({ type: 'waiting' });
    },
  };
}
