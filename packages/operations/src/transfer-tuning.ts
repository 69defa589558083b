import { defaultSegmentBytes } from '@cbcr/blobstore';

/**
 * How much a transfer may hold in memory and how patient it is. One place, so that margins are read together.
 *
 * A worker promises to stay below 512 MiB with a run of every kind at once. Segments of up to 36 MiB are what counts: the window and the
 * one that is being filled for a backup; one more than `readAhead` for a restore, one for a verification, `readAhead` for a replication
 * (see docs/benchmarks.md). A kind's `concurrency` multiplies its part: eight segments in all. They come from one pool of the worker, so that what
 * one run has done with is not garbage beside what the next one allocates.
 */
export interface TransferTuning {
  /** How far a region may be behind the capture; also what a capture holds in memory, for all regions together. */
  windowBytes: number;
  /** How long in all a capture waits for one slow region before it goes on without it. */
  lagToleranceMs: number;
  /** At how many stored bytes a segment of a capture is closed; the chunk that brings it there is still in it. */
  segmentBytes: number;
  /** Segments that are read ahead. */
  readAhead: number;
  /** A segment that does not arrive in this time is fetched from the next source. */
  stallTimeoutMs: number;
  /** A worker that has not reported for so long says nothing about its region any more. */
  workerStaleMs: number;
  /** No store is told to lock an object further than that into the future: nobody could take it back. */
  longestLockMs: number;
  /** Versions that a worker removes for good in a second. A store bears 3,500 (S3, for each prefix), and several workers may be at it. */
  erasuresPerSecond: number;
}

export const defaultTransferTuning: TransferTuning = {
  windowBytes: 96 * 1024 * 1024,
  lagToleranceMs: 15_000,
  segmentBytes: defaultSegmentBytes,
  readAhead: 1,
  stallTimeoutMs: 30_000,
  // Workers report every second (see the worker's heartbeat); five missed reports are no accident.
  workerStaleMs: 6_000,
  longestLockMs: 3_650 * 86_400_000,
  erasuresPerSecond: 1_000,
};

/** With the cap that the environment gives, if it gives one. */
export const withLongestLock = (tuning: TransferTuning, days: number | undefined): TransferTuning =>
  days === undefined ? tuning : { ...tuning, longestLockMs: days * 86_400_000 };
