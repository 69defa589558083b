import type { Segment } from '../format/segment.ts';

/** One segment in the hands of several regions. Its memory goes back to the encoder when the last one lets go. */
export class SharedSegment {
  readonly segment: Segment;
  readonly #onFree: (segment: Segment) => void;
  #holders: number;
  #reusable = true;

  constructor(segment: Segment, holders: number, onFree: (segment: Segment) => void) {
    this.segment = segment;
    this.#holders = holders;
    this.#onFree = onFree;
  }

  /**
   * `reusable` is false after a failed or aborted upload: a socket may still hold the bytes, so the memory is left to the garbage
   * collector instead of being filled with the next segment.
   */
  letGo(reusable: boolean): void {
    this.#reusable &&= reusable;
    this.#holders -= 1;
    if (this.#holders > 0) return;
    if (this.#reusable) this.segment.release();
    this.#onFree(this.segment);
  }
}
