import type { Clock } from '@cbcr/domain';
import type { Lease, LeaseAnswer } from '../lease/lease-source.ts';
import { freshMs, latenessMs, staleMs } from '../lease/timing.ts';
import { createLeaseCurve } from './lease-curve.ts';
import type { Priority } from './priority.ts';
import { createSpendQueue } from './spend-queue.ts';

/** `unlimited`, `limited` or `paused`, as the last answer said; `unknown` before the first. */
export type LaneState = 'unknown' | 'unlimited' | 'limited' | 'paused';

export interface SpendOptions {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
}

/** One link in one process: asks for leases while somebody waits, and releases them to those who do. */
export interface LinkLane {
  readonly state: LaneState;
  /** Into how large pieces bytes should be cut that are spent, so that a piece is small beside a lease. A multiple of 1 KiB. */
  readonly sliceBytes: number;
  /** Aborts, with `tooLarge`, when the limit fell so far that slices which were cut before and still wait are many times too large. */
  readonly shrinking: AbortSignal;
  /** Nothing limits, as far as is known: whatever is moved now need not be asked for. Renews that knowledge by itself. */
  passes(): boolean;
  /** Resolves when it is known whether anything limits: mostly at once, else when an answer came. */
  know(signal?: AbortSignal | undefined): Promise<void>;
  /** How large pieces of what passes should be: so that a change is seen between two of them, and larger where they pass quickly. */
  readonly openSliceBytes: number;
  /** Begins to time what passes; the answer is called with its bytes. */
  watchOpen(): (bytes: number) => void;
  /** Waits for `bytes`, which should be no more than a slice. */
  spend(bytes: number, priority: Priority, signal?: AbortSignal | undefined): Promise<void>;
  close(): void;
}

/** Why a spend was withdrawn: it is to be made again in smaller slices. */
export const tooLarge = new Error('the slice is too large for the limit as it is now');

export interface LinkLaneOptions {
  readonly clock: Clock;
  ask(wantBytes: number): Promise<LeaseAnswer>;
}

const kib = 1024;
/**
 * While nothing limits, a slice is what passes in this time: so a change of the limit is seen in the middle of a body that is slow, and one that
 * is quick goes in one piece, which costs nothing.
 */
const openSliceMs = 250;
const smallestOpenSliceBytes = 1024 * kib;
const largestOpenSliceBytes = 64 * 1024 * kib;
const largestSliceBytes = 4096 * kib;
const firstSliceBytes = 16 * kib;
/** Slices shrink a little all the time, with the number of those who share a limit: only what is many times too large is cut anew. */
const shrinkFactor = 3;
/** Released at most this often. */
const tickMs = 4;

export function createLinkLane({ clock, ask }: LinkLaneOptions): LinkLane {
  const queue = createSpendQueue();
  const closing = new AbortController();
  let shrinking = new AbortController();
  let asking: Promise<LeaseAnswer> | null = null;
  let state: LaneState = 'unknown';
  let sliceBytes = firstSliceBytes;
  let openSliceBytes = smallestOpenSliceBytes;
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  let pumping = false;
  let wakePump: (() => void) | undefined;
  /** What the next lease should hold, beyond what is known to wait: those who move bytes ask for one slice after the other. */
  let expectedBytes = 0;

  const askNow = async (wantBytes: number): Promise<LeaseAnswer> => {
    const answer = await ask(wantBytes);
    answeredAtMs = clock.monotonicMs();
    state = answer.kind === 'unlimited' ? 'unlimited' : answer.kind === 'lease' ? 'limited' : answer.paused ? 'paused' : 'limited';
    if (answer.kind === 'lease') resizeSlices(answer.quantumBytes);
    return answer;
  };
  const resizeSlices = (quantumBytes: number) => {
    const before = sliceBytes;
    const quarter = Math.floor(quantumBytes / 4 / kib) * kib;
    sliceBytes = Math.min(Math.max(quarter, kib), largestSliceBytes);
    if (sliceBytes * shrinkFactor > before) return;
    const shrunk = shrinking;
    shrinking = new AbortController();
    shrunk.abort(tooLarge);
  };
  const askForLease = () => askNow(Math.max(queue.shortKiB * kib, expectedBytes));
  /** One at a time; should there be a limit, hardly anything of it is used up by the question. */
  const askForState = (): Promise<LeaseAnswer> => {
    asking ??= askNow(0).finally(() => {
      asking = null;
    });
    return asking;
  };

  const passes = (): boolean => {
    if (state !== 'unlimited' || closing.signal.aborted) return false;
    const ageMs = clock.monotonicMs() - answeredAtMs;
    if (ageMs > freshMs) void askForState();
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
      const answer: LeaseAnswer = await (next ?? askForLease());
      next = undefined;
      closing.signal.throwIfAborted();
      if (answer.kind === 'unlimited') queue.release(Math.max(0, queue.shortKiB));
      else if (answer.kind === 'wait') await pause(answer.retryAfterMs);
      else {
        await pause(answer.startMs - clock.monotonicMs());
        // The place in the next round is taken when this lease begins, so that none is missed.
        if (queue.shortKiB > 0) next = askForLease();
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
    get shrinking() {
      return shrinking.signal;
    },
    get openSliceBytes() {
      return openSliceBytes;
    },
    passes,
    async know(signal) {
      signal?.throwIfAborted();
      queue.throwIfClosed();
      if (state === 'limited' || state === 'paused' || passes()) return;
      await untilAborted(askForState(), signal);
      queue.throwIfClosed();
    },
    watchOpen() {
      const startedMs = clock.monotonicMs();
      return (bytes) => {
        // The first bytes of a body fill buffers: too small a body would look quick.
        if (bytes < smallestOpenSliceBytes) return;
        const fitting = (bytes * openSliceMs) / Math.max(clock.monotonicMs() - startedMs, 1);
        openSliceBytes = Math.min(Math.max(Math.floor(fitting / kib) * kib, smallestOpenSliceBytes), largestOpenSliceBytes);
      };
    },
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

async function untilAborted(promise: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
