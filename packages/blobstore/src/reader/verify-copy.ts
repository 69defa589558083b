import type { Clock } from '@cbcr/domain';
import type { BufferPool } from '../format/buffer-pool.ts';
import { freeMemory } from '../format/free-memory.ts';
import type { Manifest } from '../format/manifest.ts';
import type { DataKey } from '../keys/data-key.ts';
import { readStream } from './read-stream.ts';
import type { SegmentSource } from './segment-sources.ts';

export interface VerifyCopyOptions {
  manifest: Manifest;
  copy: SegmentSource;
  dataKey: DataKey | null;
  clock: Clock;
  concurrency?: number;
  signal?: AbortSignal | undefined;
  segmentBuffers?: BufferPool | undefined;
  onProgress?: ((progress: VerifiedBytes) => void) | undefined;
}

export interface VerifiedBytes {
  segments: number;
  storedBytes: number;
  plaintextBytes: number;
}

/**
 * Reads everything of one copy the way a restore would, without another copy to fall back on. Rejects with the first thing that is wrong:
 * `format.segment-corrupt` and `store.object-missing` name the copy and the segment, other `store.*` errors say that it could not be read.
 */
export async function verifyCopy(options: VerifyCopyOptions): Promise<VerifiedBytes> {
  const { manifest, copy, onProgress } = options;
  const verified: VerifiedBytes = { segments: 0, storedBytes: 0, plaintextBytes: 0 };
  for (const { name } of manifest.streams) {
    const { readable } = readStream({
      ...options,
      stream: name,
      sources: [copy],
      onSegment(segment) {
        verified.segments += 1;
        verified.storedBytes += segment.storedBytes;
        verified.plaintextBytes += segment.plaintextBytes;
        onProgress?.({ ...verified });
      },
    });
    for await (const chunk of readable) freeMemory(chunk);
  }
  return verified;
}
