import type { RegionId } from '@cbcr/domain';
import type { ManifestSegment } from '../format/manifest.ts';
import { segmentKey, segmentsPrefix } from '../object-keys.ts';
import { type SegmentSource, SegmentSources, type SegmentSourcesOptions } from '../reader/segment-sources.ts';
import { sha256Of } from '../reader/sha256.ts';

export interface CopySegmentsOptions extends SegmentSourcesOptions {
  target: SegmentSource;
  /** Segments on their way at the same time; each is in memory once. */
  concurrency?: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: CopyProgress) => void) | undefined;
}

export interface CopyProgress {
  /** Bytes that were fetched and stored now. */
  movedBytes: number;
  /** Bytes that were there from an earlier attempt and were read and found right. */
  presentBytes: number;
  totalBytes: number;
}

export interface CopyResult extends CopyProgress {
  /** Segments that were there, were damaged, and were replaced. */
  replacedSegments: number;
  /** Segments taken from each region. */
  segmentsFrom: ReadonlyMap<RegionId, number>;
}

/**
 * Makes `target` hold every segment of the manifest, byte for byte. Continues where an earlier attempt ended: what is there counts after it
 * was read and hashed, because a copy that nobody has looked at proves nothing. Each segment is checked before it is stored and durable
 * when it is stored, so being killed loses only what is on its way. The manifest is the caller's last step (`putManifest`).
 *
 * A damaged segment in the target can only be mended under its own key: it is replaced, once its bytes were seen to be wrong and the right
 * ones are at hand. It is never deleted first: a delete that a fenced attempt sent, and that arrives late, would remove what a newer one mended.
 */
export async function copySegments(options: CopySegmentsOptions): Promise<CopyResult> {
  const { manifest, target, concurrency = 4, onProgress } = options;
  const sources = new SegmentSources(options);
  const stopping = new AbortController();
  const signal = options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]);
  const present = await listSizes(options, signal);
  const result = { movedBytes: 0, presentBytes: 0, totalBytes: manifest.totals.storedBytes, replacedSegments: 0 };

  const copyOne = async (stream: string, segment: ManifestSegment) => {
    const key = segmentKey(manifest.instance.id, manifest.point, { stream, ...segment });
    const presentSize = present.get(key);
    if (presentSize === segment.storedBytes && (await sha256Of(await target.store.get(key, { signal }))) === segment.sha256) {
      result.presentBytes += segment.storedBytes;
      return;
    }
    const { bytes, release } = await sources.fetch(stream, segment, signal);
    const isDamaged = presentSize !== undefined;
    await target.store.put(key, bytes, { sha256: segment.sha256, ifAbsent: false, replace: isDamaged, signal });
    release();
    if (isDamaged) result.replacedSegments += 1;
    result.movedBytes += segment.storedBytes;
  };

  const work = manifest.streams.flatMap(({ name, segments }) => segments.map((segment) => ({ name, segment }))).values();
  const runWorker = async () => {
    for (const { name, segment } of work) {
      signal.throwIfAborted();
      await copyOne(name, segment);
      onProgress?.({ movedBytes: result.movedBytes, presentBytes: result.presentBytes, totalBytes: result.totalBytes });
    }
  };
  const workers = Array.from({ length: concurrency }, runWorker);
  try {
    await Promise.all(workers);
  } catch (error) {
    stopping.abort(error);
    await Promise.allSettled(workers);
    throw error;
  }
  return { ...result, segmentsFrom: sources.segmentsFrom };
}

async function listSizes({ manifest, target }: CopySegmentsOptions, signal: AbortSignal): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, sizeBytes } of target.store.list(segmentsPrefix(manifest.instance.id, manifest.point), { signal })) {
    sizes.set(key, sizeBytes);
  }
  return sizes;
}
