import { CbcrError, type Clock, isCbcrError, type RegionId, toCbcrError } from '@cbcr/domain';
import type { BlobStore } from '../blob-store.ts';
import { createHoldMeter, sleepUnheld } from '../decorators/hold-meter.ts';
import { type BufferPool, createBufferPool } from '../format/buffer-pool.ts';
import type { Manifest, ManifestSegment } from '../format/manifest.ts';
import { segmentKey } from '../object-keys.ts';
import { sha256Of } from './sha256.ts';

export interface SegmentSource {
  region: RegionId;
  store: BlobStore;
}

/**
 * One source could not give one segment. `stalled` means that another source was asked as well, not that the first was given up;
 * `error` names region, stream and segment.
 */
export interface SegmentEvent {
  type: 'segment-corrupt' | 'segment-missing' | 'segment-stalled' | 'segment-failed';
  region: RegionId;
  stream: string;
  segment: number;
  error: CbcrError;
}

export interface SegmentSourcesOptions {
  manifest: Manifest;
  /** Best first. */
  sources: readonly SegmentSource[];
  clock: Clock;
  /**
   * A source that has not answered after this long gets a rival; whoever answers first with the right bytes wins. Time for which a
   * bandwidth limit held the source back does not count.
   */
  stallTimeoutMs?: number;
  /** A source that failed or stalled is asked last for this long. */
  cooldownMs?: number;
  onEvent?: ((event: SegmentEvent) => void) | undefined;
  /** Where segments that fit are read into; else memory of these sources' own. */
  segmentBuffers?: BufferPool | undefined;
}

export interface FetchedSegment {
  region: RegionId;
  bytes: Uint8Array;
  /** Gives the memory back for another segment: only when nothing reads it any more. Left out, the garbage collector does it, later. */
  release(): void;
}

/** Of free ones: the segments ahead are the ones that are in use. */
const keptBuffers = 2;

interface WantedSegment {
  stream: string;
  segment: ManifestSegment;
  onHold: (isHeld: boolean) => void;
}

type ReadSegment = Omit<FetchedSegment, 'region'>;
type Attempt = { source: SegmentSource; read: ReadSegment } | { source: SegmentSource; error: CbcrError };

/** Fetches segments from the best source that can give them, each checked against the manifest's size and SHA-256. */
export class SegmentSources {
  /** Segments that each region gave. */
  readonly segmentsFrom = new Map<RegionId, number>();
  readonly #options: SegmentSourcesOptions;
  readonly #troubledUntilMs = new Map<RegionId, number>();
  readonly #pool: BufferPool;
  readonly #released = new WeakSet<Uint8Array>();

  constructor(options: SegmentSourcesOptions) {
    if (options.sources.length === 0) throw new RangeError('there is no source to read from');
    this.#options = options;
    const segments = options.manifest.streams.flatMap((stream) => stream.segments);
    const largestBytes = segments.reduce((largest, { storedBytes }) => Math.max(largest, storedBytes), 0);
    this.#pool = options.segmentBuffers ?? createBufferPool(largestBytes, keptBuffers);
  }

  /**
   * Rejects with the error of the only source; with several, with `format.unreadable` when one of them may come back, or else with the
   * first corruption; or with the signal's reason.
   */
  async fetch(stream: string, segment: ManifestSegment, signal: AbortSignal): Promise<FetchedSegment> {
    signal.throwIfAborted();
    const { clock, stallTimeoutMs = 30_000 } = this.#options;
    const waiting = this.#ranked();
    const failures: CbcrError[] = [];
    const running = new Map<SegmentSource, Promise<Attempt>>();
    let holds = createHoldMeter(clock);
    const done = new AbortController();
    const aborted = AbortSignal.any([signal, done.signal]);
    const start = () => {
      const source = waiting.shift();
      if (source === undefined) return source;
      holds = createHoldMeter(clock);
      running.set(source, this.#attempt(source, { stream, segment, onHold: holds.onHold }, aborted));
      return source;
    };
    try {
      let newest = start();
      while (running.size > 0) {
        const stall = new AbortController();
        const stalled =
          waiting.length === 0
            ? []
            : [
                sleepUnheld({ clock, timeoutMs: stallTimeoutMs, heldMs: holds.heldMs }, stall.signal).then(
                  () => null,
                  () => null,
                ),
              ];
        const attempt = await Promise.race([...running.values(), ...stalled]);
        stall.abort();
        signal.throwIfAborted();
        if (attempt === null) {
          if (newest !== undefined) this.#reportStall(newest.region, stream, segment, stallTimeoutMs);
          newest = start();
          continue;
        }
        if ('read' in attempt) {
          const region = attempt.source.region;
          this.segmentsFrom.set(region, (this.segmentsFrom.get(region) ?? 0) + 1);
          return { region, ...attempt.read };
        }
        running.delete(attempt.source);
        failures.push(attempt.error);
        this.#report(attempt.source.region, stream, segment, attempt.error);
        newest = start() ?? newest;
      }
      throw this.#conclude(failures);
    } finally {
      done.abort(new Error('another source was faster'));
    }
  }

  #ranked(): SegmentSource[] {
    const now = this.#options.clock.monotonicMs();
    const isTroubled = ({ region }: SegmentSource) => (this.#troubledUntilMs.get(region) ?? now) > now;
    const { sources } = this.#options;
    return [...sources.filter((source) => !isTroubled(source)), ...sources.filter(isTroubled)];
  }

  /** Never rejects, and resolves as soon as `signal` aborts even when the store does not. */
  #attempt(source: SegmentSource, wanted: WantedSegment, signal: AbortSignal): Promise<Attempt> {
    const { promise: aborted, resolve: resolveAborted } = Promise.withResolvers<Attempt>();
    const onAbort = () => resolveAborted({ source, error: toCbcrError(signal.reason) });
    signal.addEventListener('abort', onAbort, { once: true });
    const read = this.#read(source, wanted, signal).then(
      (whole) => ({ source, read: whole }),
      (error: unknown) => ({ source, error: toCbcrError(error) }),
    );
    return Promise.race([read, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
  }

  async #read({ region, store }: SegmentSource, { stream, segment, onHold }: WantedSegment, signal: AbortSignal): Promise<ReadSegment> {
    const { point, instance } = this.#options.manifest;
    let buffer: Buffer | null = null;
    const memory = (sizeBytes: number) => {
      buffer = sizeBytes <= this.#pool.sizeBytes ? this.#pool.take() : null;
      return buffer?.subarray(0, sizeBytes) ?? Buffer.allocUnsafeSlow(sizeBytes);
    };
    const bytes = await store.get(segmentKey(instance.id, point, { stream, ...segment }), { signal, onHold, memory });
    const corrupt = (cause: string) => new CbcrError('format.segment-corrupt', { point, region, stream, segment: segment.number, cause });
    if (bytes.length !== segment.storedBytes) throw corrupt(`it has ${bytes.length} bytes, not ${segment.storedBytes}`);
    if ((await sha256Of(bytes)) !== segment.sha256) throw corrupt('its SHA-256 is not the one in the manifest');
    return { bytes, release: () => this.#takeBack(bytes, buffer) };
  }

  /** Once, and only the memory that the bytes really are in: a store may have used its own. */
  #takeBack(bytes: Uint8Array, buffer: Buffer | null): void {
    if (buffer === null || buffer.buffer !== bytes.buffer || this.#released.has(bytes)) return;
    this.#released.add(bytes);
    this.#pool.give(buffer);
  }

  #report(region: RegionId, stream: string, segment: ManifestSegment, error: CbcrError): void {
    const corrupt = isCbcrError(error, 'format.segment-corrupt');
    const missing = isCbcrError(error, 'store.object-missing');
    const type = corrupt ? 'segment-corrupt' : missing ? 'segment-missing' : 'segment-failed';
    // One bad object says nothing about the others of the region; a region that does not answer does.
    if (type === 'segment-failed') this.#avoid(region);
    this.#options.onEvent?.({ type, region, stream, segment: segment.number, error });
  }

  #reportStall(region: RegionId, stream: string, segment: ManifestSegment, stallTimeoutMs: number): void {
    this.#avoid(region);
    const error = new CbcrError('store.unreachable', {
      region,
      cause: `no answer for segment ${segment.number} of ${stream} in ${stallTimeoutMs} ms`,
    });
    this.#options.onEvent?.({ type: 'segment-stalled', region, stream, segment: segment.number, error });
  }

  #avoid(region: RegionId): void {
    const { clock, cooldownMs = 60_000 } = this.#options;
    this.#troubledUntilMs.set(region, clock.monotonicMs() + cooldownMs);
  }

  #conclude(failures: readonly CbcrError[]): CbcrError {
    const [first] = failures;
    if (failures.length === 1 && first !== undefined) return first;
    const isDamage = (error: CbcrError) => isCbcrError(error, 'format.segment-corrupt') || isCbcrError(error, 'store.object-missing');
    if (first !== undefined && failures.every(isDamage))
      return failures.find((error) => isCbcrError(error, 'format.segment-corrupt')) ?? first;
    const cause = failures.map((error) => error.message).join(' ');
    return new CbcrError('format.unreadable', { point: this.#options.manifest.point, cause }, { cause: first });
  }
}
