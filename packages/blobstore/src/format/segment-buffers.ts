import { type BufferPool, createBufferPool } from './buffer-pool.ts';
import { defaultChunkBytes, defaultSegmentBytes } from './limits.ts';
import { segmentCapacityBytes } from './segment-builder.ts';

/**
 * Memory for the segments of all transfers of a process: what one run has done with, the next one fills. A pool for each run would leave its
 * buffers to the garbage collector, which may come when the next run has allocated its own.
 */
export const createSegmentBuffers = (keep = 3): BufferPool =>
  createBufferPool(segmentCapacityBytes(defaultSegmentBytes, defaultChunkBytes), keep);
