import { type CbcrError, type Reason, type RegionId, toCbcrError } from '@cbcr/domain';
import type { BlobStore } from '../blob-store.ts';
import type { Segment } from '../format/segment.ts';
import type { SegmentName } from '../object-keys.ts';
import type { SharedSegment } from './shared-segment.ts';

export interface LaneOptions {
  region: RegionId;
  store: BlobStore;
  windowBytes: number;
  uploadsInFlight: number;
  keyOf(segment: SegmentName): string;
  /** Called after every change that may let somebody continue. */
  onChange(): void;
  onStored(segment: StoredSegment): void;
  onFailed(error: CbcrError): void;
}

export interface StoredSegment extends SegmentName {
  storedBytes: number;
  sha256: string;
}

/** A segment between being accepted and leaving the window. `held` is null once it is stored. */
interface WindowEntry {
  bytes: number;
  held: SharedSegment | null;
}

/**
 * The uploads of one region. Its window spans from the oldest segment that is not stored to the newest accepted one, stored ones in
 * between included, as in TCP. So every region's unstored segments are among the newest `windowBytes` of the capture, and all regions
 * together hold no more memory than one window.
 */
export class RegionLane {
  readonly region: RegionId;
  readonly stored: StoredSegment[] = [];
  storedBytes = 0;
  /** How long this region has kept the capture waiting, in all. */
  waitedMs = 0;
  detached: { reason: Reason; error: CbcrError | null } | null = null;
  readonly #options: LaneOptions;
  readonly #window: WindowEntry[] = [];
  readonly #queue: WindowEntry[] = [];
  readonly #stopping = new AbortController();
  #windowBytes = 0;
  #uploading = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.region = options.region;
  }

  get attached(): boolean {
    return this.detached === null;
  }
  get drained(): boolean {
    return this.#window.length === 0;
  }
  /** No upload runs any more. */
  get settled(): boolean {
    return this.#uploading === 0;
  }
  get pendingBytes(): number {
    return this.#window.reduce((sum, entry) => sum + (entry.held === null ? 0 : entry.bytes), 0);
  }

  /** A segment that is larger than the window is let into an empty one. */
  hasRoomFor(bytes: number): boolean {
    return this.drained || this.#windowBytes + bytes <= this.#options.windowBytes;
  }

  accept(held: SharedSegment): void {
    const entry: WindowEntry = { bytes: held.segment.bytes.length, held };
    this.#window.push(entry);
    this.#windowBytes += entry.bytes;
    this.#queue.push(entry);
    this.#startUploads();
  }

  /** Stops the uploads and lets go of everything that waits. What is stored stays stored and listed. */
  detach(reason: Reason, error: CbcrError | null): void {
    if (this.detached !== null) return;
    this.detached = { reason, error };
    this.stop(error ?? new Error(reason.text));
  }

  stop(reason: unknown): void {
    for (const entry of this.#queue.splice(0)) {
      entry.held?.letGo(true);
      entry.held = null;
    }
    this.#stopping.abort(reason);
  }

  #startUploads(): void {
    while (this.#uploading < this.#options.uploadsInFlight) {
      const entry = this.#queue.shift();
      if (entry?.held === null || entry === undefined) return;
      this.#uploading += 1;
      void this.#upload(entry, entry.held);
    }
  }

  async #upload(entry: WindowEntry, held: SharedSegment): Promise<void> {
    const failure = await this.#put(held.segment);
    this.#settle(entry, held, failure === null);
    if (failure === null) this.#note(held.segment);
    else if (!this.#stopping.signal.aborted) this.#options.onFailed(failure);
    if (!this.#stopping.signal.aborted) this.#startUploads();
    this.#options.onChange();
  }

  /** Never rejects. */
  async #put(segment: Segment): Promise<CbcrError | null> {
    const { store, keyOf } = this.#options;
    try {
      // The key is fresh; `ifAbsent: false` lets a re-send after an unknown outcome find its own object.
      await store.put(keyOf(segment), segment.bytes, { sha256: segment.sha256, ifAbsent: false, signal: this.#stopping.signal });
      return null;
    } catch (error) {
      return toCbcrError(error);
    }
  }

  #note({ stream, number, writeToken, sha256, bytes }: Segment): void {
    const segment = { stream, number, writeToken, storedBytes: bytes.length, sha256 };
    this.stored.push(segment);
    this.storedBytes += bytes.length;
    this.#options.onStored(segment);
  }

  #settle(entry: WindowEntry, held: SharedSegment, stored: boolean): void {
    this.#uploading -= 1;
    entry.held = null;
    held.letGo(stored);
    while (this.#window[0]?.held === null) this.#windowBytes -= this.#window.shift()?.bytes ?? 0;
  }
}
