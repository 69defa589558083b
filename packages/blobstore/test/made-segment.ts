import { createHash } from 'node:crypto';
import type { Segment } from '../src/format/segment.ts';
import { createSeededBytes } from './sample-point.ts';

export interface MadeSegment extends Segment {
  readonly released: number;
}

/** A segment of arbitrary bytes: who only carries segments does not look inside. */
export function makeSegment(number: number, sizeBytes = 100, stream = 'dump'): MadeSegment {
  const bytes = createSeededBytes(`${stream}/${number}`)(sizeBytes);
  let released = 0;
  return {
    stream,
    number,
    writeToken: createHash('sha256').update(`${stream}/${number}`).digest('hex').slice(0, 16),
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    plaintextBytes: sizeBytes,
    chunks: 1,
    last: false,
    get released() {
      return released;
    },
    release() {
      released += 1;
    },
  };
}
