import type { Clock } from '@cbcr/domain';
import type { Lease, LeaseAnswer } from '../lease/lease-source.ts';
import { freshMs, latenessMs, staleMs } from '../lease/timing.ts';
import { createLeaseCurve } from './lease-curve.ts';
import type { Priority } from './priority.ts';
import { createSpendQueue } from './spend-queue.ts';

/** `unlimited`, `limited` or `paused`, as the last answer said; `unknown` before the first. */
export type LaneState = 'unknown' | 'unlimited' | 'limited' | 'paused';

/** One link in one process: asks for leases while somebody waits, and releases them to those who do. */
export interface LinkLane {
  readonly state: LaneState;
  /** Into how large pieces bytes should be cut, so that a piece is small beside a lease. A multiple of 1 KiB. */
  readonly sliceBytes: number;
  /** Nothing limits, as far as is known: whatever is moved now need not be asked for. Renews that knowledge by itself. */
  passes(): boolean;
  /** Waits for `bytes`, which should be no more than a slice. */
  spend(bytes: number, priority: Priority, signal?: AbortSignal | undefined): Promise<void>;
  close(): void;
}

export interface LinkLaneOptions {
  readonly clock: Clock;
  ask(wantBytes: number): Promise<LeaseAnswer>;
}

const kib = 1024;
/** Small enough that a change of the limit is seen in the middle of a body, large enough to cost nothing. */
const unlimitedSliceBytes = 1024 * kib;
const largestSliceBytes = 4096 * kib;
const firstSliceBytes = 16 * kib;
/** Released at most this often. */
const tickMs = 4;

export function createLinkLane({ clock, ask }: LinkLaneOptions): LinkLane {
  const queue = createSpendQueue();
  const closing = new AbortController();
  let state: LaneState = 'unknown';
  let sliceBytes = firstSliceBytes;
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  let refreshing = false;
  let pumping = false;
  let wakePump: (() => void) | undefined;
  /** What the next lease should hold, beyond what is known to wait: those who move bytes ask for one slice after the other. */
  let expectedBytes = 0;

  const askNow = async (): Promise<LeaseAnswer> => {
    const answer = await ask(Math.max(queue.shortKiB * kib, expectedBytes));
    answeredAtMs = clock.monotonicMs();
    state = answer.kind === 'unlimited' ? 'unlimited' : answer.kind === 'lease' ? 'limited' : answer.paused ? 'paused' : 'limited';
    if (answer.kind === 'unlimited') sliceBytes = unlimitedSliceBytes;
    if (answer.kind === 'lease') {
      const quarter = Math.floor(answer.quantumBytes / 4 / kib) * kib;
      sliceBytes = Math.min(Math.max(quarter, kib), largestSliceBytes);
    }
    return answer;
  };

  const passes = (): boolean => {
    if (state !== 'unlimited') return false;
    const ageMs = clock.monotonicMs() - answeredAtMs;
    if (ageMs > freshMs && !refreshing) {
      refreshing = true;
      void askNow().finally(() => {
        refreshing = false;
      });
    }
    return ageMs <= staleMs;
  };

  const pause = async (ms: number) => await clock.sleep(Math.max(0, ms), { signal: closing.signal });
  /** Until somebody wants bytes, at most for `ms`. */
  const demand = async (ms: number) => {
    const wake = new AbortController();
    wakePump = () => wake.abort();
    await clock.sleep(ms, { signal: AbortSignal.any([wake.signal, closing.signal]) }).catch(() => undefined);
    wakePump = undefined;
    closing.signal.throwIfAborted();
  };

  const spendLease = async (lease: Lease) => {
    const curve = createLeaseCurve(lease, latenessMs);
    for (;;) {
      const nowMs = clock.monotonicMs();
      const amount = Math.min(curve.spendableKiB(nowMs), queue.shortKiB);
      if (amount > 0) {
        queue.release(amount);
        curve.spend(amount);
      }
      if (curve.isOver(nowMs)) break;
      if (queue.shortKiB > 0) await pause(Math.max(curve.readyAtMs(Math.min(queue.shortKiB, sliceBytes / kib)) - nowMs, tickMs));
      else await demand(lease.startMs + lease.durationMs + latenessMs - nowMs);
    }
    const used = curve.usedShare();
    expectedBytes = used > 0.9 ? lease.bytes * 4 : lease.bytes * used * 1.25;
  };

  const pump = async () => {
    let next: Promise<LeaseAnswer> | undefined;
    while (queue.shortKiB > 0 || next !== undefined) {
      const answer: LeaseAnswer = await (next ?? askNow());
      next = undefined;
      closing.signal.throwIfAborted();
      if (answer.kind === 'unlimited') queue.release(Math.max(0, queue.shortKiB));
      else if (answer.kind === 'wait') await pause(answer.retryAfterMs);
      else {
        await pause(answer.startMs - clock.monotonicMs());
        // The place in the next round is taken when this lease begins, so that none is missed.
        if (queue.shortKiB > 0) next = askNow();
        await spendLease(answer);
      }
    }
  };
  const startPump = () => {
    wakePump?.();
    if (pumping) return;
    pumping = true;
    pump()
      .catch(() => undefined)
      .finally(() => {
        pumping = false;
        if (queue.shortKiB > 0 && !closing.signal.aborted) startPump();
      });
  };

  return {
    get state() {
      return state;
    },
    get sliceBytes() {
      return sliceBytes;
    },
    passes,
    async spend(bytes, priority, signal) {
      if (passes()) {
        signal?.throwIfAborted();
        return;
      }
      const spent = queue.spend(Math.ceil(bytes / kib), priority, signal);
      startPump();
      await spent;
    },
    close() {
      queue.close();
      closing.abort(new Error('closed'));
    },
  };
}
