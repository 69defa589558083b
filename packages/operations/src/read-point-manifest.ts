import { type DecodedManifest, readManifest, type SegmentSource } from '@cbcr/blobstore';
import type { PointRecord } from '@cbcr/catalog';
import { CbcrError, toCbcrError } from '@cbcr/domain';
import type { RunLog } from '@cbcr/jobs';
import { damageRules } from '@cbcr/policy';
import type { OpenSources } from './open-sources.ts';
import type { OperationDependencies } from './operation-dependencies.ts';
import type { SourceDoubts } from './source-doubts.ts';

export interface PointManifest extends DecodedManifest {
  bytes: Uint8Array;
  /** From where to read the segments, best first. Sources whose manifest could not be read are asked last. */
  sources: SegmentSource[];
}

const sameEverywhere: readonly string[] = ['key.missing', 'key.wrong', 'format.version-unknown'];

interface ManifestReading {
  /** `null` for work that needs no plaintext, so that a region without the key can still carry the bytes. */
  keys: OperationDependencies['keys'] | null;
  signal: AbortSignal;
  log: RunLog;
  doubts: Pick<SourceDoubts, 'note'>;
}

/**
 * The manifest from the best source that has an intact one: every region holds the same bytes, and the catalog knows their hash. A source
 * that does not answer in `stallTimeoutMs` is passed over, as for segments.
 */
export async function readPointManifest(
  deps: Pick<OperationDependencies, 'clock' | 'tuning'>,
  { sources }: Pick<OpenSources, 'sources'>,
  point: PointRecord,
  { keys, signal, log, doubts }: ManifestReading,
): Promise<PointManifest> {
  const failures: CbcrError[] = [];
  const failed: SegmentSource[] = [];
  const expectedSha256 = point.manifestSha256 ?? undefined;
  for (const source of sources) {
    try {
      const manifest = await readInTime(deps, source, signal, (inTime) =>
        readManifest(source.store, { instance: point.instance, point: point.id, expectedSha256, keys, signal: inTime }),
      );
      return { ...manifest, sources: [...sources.filter((candidate) => !failed.includes(candidate)), ...failed] };
    } catch (error) {
      signal.throwIfAborted();
      const failure = toCbcrError(error);
      // Every region holds the same bytes under the same keys: no other source can help, and neither can waiting.
      if (sameEverywhere.includes(failure.code)) throw failure;
      failures.push(failure);
      failed.push(source);
      doubts.note(source.region, failure);
      log.warn({ source: source.region, code: failure.code, cause: failure.message }, 'the manifest of a source cannot be read');
    }
  }
  const [first] = failures;
  // Waiting helps against an outage, never against damage in every copy.
  if (first !== undefined && (failures.length === 1 || failures.every((failure) => damageRules.includes(failure.code)))) throw first;
  throw new CbcrError(
    'format.unreadable',
    { point: point.id, cause: failures.map((failure) => failure.message).join(' ') },
    { cause: first },
  );
}

async function readInTime<Result>(
  { clock, tuning }: Pick<OperationDependencies, 'clock' | 'tuning'>,
  { region }: SegmentSource,
  signal: AbortSignal,
  read: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  const settled = new AbortController();
  clock.sleep(tuning.stallTimeoutMs, { signal: settled.signal }).then(
    () => late.abort(new CbcrError('store.unreachable', { region, cause: `no manifest in ${tuning.stallTimeoutMs} ms` })),
    () => undefined,
  );
  try {
    return await read(AbortSignal.any([signal, late.signal]));
  } finally {
    settled.abort();
  }
}
