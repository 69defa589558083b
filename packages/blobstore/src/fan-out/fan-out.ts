import { CbcrError, type Clock, type InstanceId, type Reason, type RecoveryPointId, type RegionId } from '@cbcr/domain';
import type { BlobStore } from '../blob-store.ts';
import type { Segment } from '../format/segment.ts';
import { segmentKey } from '../object-keys.ts';
import { ChangeSignal } from './change-signal.ts';
import { RegionLane, type StoredSegment } from './region-lane.ts';
import { SharedSegment } from './shared-segment.ts';

export interface FanOutTarget {
  region: RegionId;
  /** With its own retry and throttle: an error that comes out of it is final. */
  store: BlobStore;
}

export type FanOutEvent =
  | { type: 'stored'; region: RegionId; segment: StoredSegment }
  | { type: 'detached'; region: RegionId; reason: Reason; error: CbcrError | null };

export interface FanOutOptions {
  instance: InstanceId;
  point: RecoveryPointId;
  /** At least one, each region once. */
  targets: readonly FanOutTarget[];
  clock: Clock;
  /** How far a region may fall behind the capture. Also bounds the memory of all regions together: this, plus the segment being written. */
  windowBytes?: number;
  /** Uploads at the same time per region. */
  uploadsInFlight?: number;
  /** A region that keeps the capture waiting longer than this, all waits added up, is detached. */
  lagToleranceMs?: number;
  /** So many regions are never detached for being slow; the capture waits for them. */
  minimumAttached?: number;
  signal?: AbortSignal | undefined;
  /** Must not throw. */
  onEvent?: (event: FanOutEvent) => void;
}

export interface FanOutOutcome {
  region: RegionId;
  /** `complete` only after `finish`: the region holds every segment. `attached` before that. */
  state: 'attached' | 'complete' | 'detached';
  /** Why it was detached: rule `store-failed` or `too-slow`. */
  reason: Reason | null;
  error: CbcrError | null;
  /** What the region holds, also when it was detached: a replicate brings only the rest. */
  segments: readonly StoredSegment[];
  storedBytes: number;
}

export interface FanOutProgress {
  /** Bytes that were accepted so far; each attached region stores all of them. */
  writtenBytes: number;
  /** Memory of segments that some region still has to store, or has not yet stopped storing: at most one window, or one segment. */
  bufferedBytes: number;
  regions: { region: RegionId; state: FanOutOutcome['state']; storedBytes: number; pendingBytes: number; waitedMs: number }[];
}

/** Gives the same segments to several regions at once. */
export interface FanOut {
  /**
   * Resolves when every attached region has taken the segment into its window; not yet stored. Calls may overlap; they are admitted in
   * order. Fails with `placement.none-reachable` once no region is attached, or with the reason of an abort.
   */
  write(segment: Segment): Promise<void>;
  /** Resolves when every region that is still attached holds every segment; those are `complete`. At least one is. */
  finish(): Promise<void>;
  /** Stops all uploads; later calls fail with `reason`. Resolves when no upload runs any more. */
  abort(reason: unknown): Promise<void>;
  outcomes(): FanOutOutcome[];
  progress(): FanOutProgress;
}

const mebibyte = 1 << 20;

/**
 * A failed region is detached at once, a lagging one after its tolerance; neither blocks or fails another. A region is charged for waiting
 * only while `minimumAttached` others could go on: when all are slow, the capture is simply as fast as they are.
 */
export function createFanOut(options: FanOutOptions): FanOut {
  return new RunningFanOut(options);
}

class RunningFanOut implements FanOut {
  readonly #options: FanOutOptions;
  readonly #lanes: RegionLane[];
  readonly #changed: ChangeSignal;
  readonly #onAbort = () => void this.abort(this.#options.signal?.reason);
  #admission: Promise<void> = Promise.resolve();
  #ended: { reason: unknown } | null = null;
  #finished = false;
  #writtenBytes = 0;
  #bufferedBytes = 0;

  constructor(options: FanOutOptions) {
    const { instance, point, targets, windowBytes = 128 * mebibyte, uploadsInFlight = 4, signal } = options;
    if (new Set(targets.map((target) => target.region)).size !== targets.length || targets.length === 0) {
      throw new RangeError('a fan-out needs at least one region, and each region once');
    }
    this.#options = options;
    this.#changed = new ChangeSignal(options.clock);
    this.#lanes = targets.map(
      ({ region, store }) =>
        new RegionLane({
          region,
          store,
          windowBytes,
          uploadsInFlight,
          keyOf: (segment) => segmentKey(instance, point, segment),
          onChange: () => this.#changed.notify(),
          onStored: (segment) => options.onEvent?.({ type: 'stored', region, segment }),
          onFailed: (error) => this.#detach(region, { rule: 'store-failed', text: error.message }, error),
        }),
    );
    if (signal?.aborted) this.#onAbort();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  write(segment: Segment): Promise<void> {
    const admitted = this.#admission.then(() => this.#admit(segment));
    this.#admission = admitted.catch(() => {});
    return admitted;
  }

  async finish(): Promise<void> {
    await this.#admission;
    await this.#waitUntil((lane) => lane.drained);
    this.#finished = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  async abort(reason: unknown): Promise<void> {
    if (this.#finished) return;
    this.#ended ??= { reason };
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    for (const lane of this.#lanes) lane.stop(reason);
    this.#changed.notify();
    while (this.#lanes.some((lane) => !lane.settled)) await this.#changed.wait(null);
  }

  outcomes(): FanOutOutcome[] {
    return this.#lanes.map((lane) => ({
      region: lane.region,
      state: this.#stateOf(lane),
      reason: lane.detached?.reason ?? null,
      error: lane.detached?.error ?? null,
      segments: [...lane.stored],
      storedBytes: lane.storedBytes,
    }));
  }

  progress(): FanOutProgress {
    return {
      writtenBytes: this.#writtenBytes,
      bufferedBytes: this.#bufferedBytes,
      regions: this.#lanes.map((lane) => ({
        region: lane.region,
        state: this.#stateOf(lane),
        storedBytes: lane.storedBytes,
        pendingBytes: lane.pendingBytes,
        waitedMs: lane.waitedMs,
      })),
    };
  }

  #stateOf(lane: RegionLane): FanOutOutcome['state'] {
    if (!lane.attached) return 'detached';
    return this.#finished ? 'complete' : 'attached';
  }

  async #admit(segment: Segment): Promise<void> {
    const bytes = segment.bytes.length;
    await this.#waitUntil((lane) => lane.hasRoomFor(bytes));
    const lanes = this.#lanes.filter((lane) => lane.attached);
    this.#writtenBytes += bytes;
    this.#bufferedBytes += bytes;
    const shared = new SharedSegment(segment, lanes.length, () => {
      this.#bufferedBytes -= bytes;
    });
    for (const lane of lanes) lane.accept(shared);
  }

  /** Waits until every attached region is ready, detaching those that use up their tolerance on the way. */
  async #waitUntil(isReady: (lane: RegionLane) => boolean): Promise<void> {
    const { clock, lagToleranceMs = 60_000, minimumAttached = 1 } = this.#options;
    for (;;) {
      if (this.#ended !== null) throw this.#ended.reason;
      const attached = this.#lanes.filter((lane) => lane.attached);
      if (attached.length === 0) throw this.#noneReachable();
      const late = attached.filter((lane) => !isReady(lane));
      if (late.length === 0) return;
      const charged = attached.length - late.length >= minimumAttached ? late : [];
      const exhausted = charged.filter((lane) => lane.waitedMs >= lagToleranceMs);
      for (const lane of exhausted) this.#detachForLag(lane, lagToleranceMs);
      if (exhausted.length > 0) continue;
      const started = clock.monotonicMs();
      const shortest = Math.min(...charged.map((lane) => lagToleranceMs - lane.waitedMs));
      await this.#changed.wait(Number.isFinite(shortest) ? shortest : null);
      const waited = clock.monotonicMs() - started;
      for (const lane of charged) lane.waitedMs += waited;
    }
  }

  #detachForLag(lane: RegionLane, toleranceMs: number): void {
    const text = `it kept the capture waiting for ${Math.round(lane.waitedMs)} ms in all, ${toleranceMs} ms are tolerated`;
    this.#detach(lane.region, { rule: 'too-slow', text }, null);
  }

  #detach(region: RegionId, reason: Reason, error: CbcrError | null): void {
    const lane = this.#lanes.find((candidate) => candidate.region === region);
    if (lane === undefined || !lane.attached) return;
    lane.detach(reason, error);
    this.#options.onEvent?.({ type: 'detached', region, reason, error });
  }

  #noneReachable(): CbcrError {
    const cause = this.#lanes.map((lane) => lane.detached?.error).find((error) => error instanceof CbcrError);
    const reasons = this.#lanes.flatMap(({ region, detached }) =>
      detached ? [`${region}: ${detached.reason.text.replace(/\.$/, '')}`] : [],
    );
    return new CbcrError('placement.none-reachable', { instance: this.#options.instance, cause: reasons.join('; ') }, { cause });
  }
}
