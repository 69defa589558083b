import { type DecodedManifest, readManifest } from '@cbcr/blobstore';
import type { PointRecord } from '@cbcr/catalog';
import { CbcrError, toCbcrError } from '@cbcr/domain';
import type { RunLog } from '@cbcr/jobs';
import type { OpenSources } from './open-sources.ts';
import type { OperationDependencies } from './operation-dependencies.ts';

export type PointManifest = DecodedManifest & { bytes: Uint8Array };

/**
 * The manifest from the best source that has an intact one: every region holds the same bytes, and the catalog knows their hash.
 * `keys: null` for work that needs no plaintext, so that a region without the key can still carry the bytes.
 */
export async function readPointManifest(
  { sources }: Pick<OpenSources, 'sources'>,
  point: PointRecord,
  { keys, signal, log }: { keys: OperationDependencies['keys'] | null; signal: AbortSignal; log: RunLog },
): Promise<PointManifest> {
  const failures: CbcrError[] = [];
  for (const { region, store } of sources) {
    try {
      const expectedSha256 = point.manifestSha256 ?? undefined;
      return await readManifest(store, { instance: point.instance, point: point.id, expectedSha256, keys, signal });
    } catch (error) {
      signal.throwIfAborted();
      const failure = toCbcrError(error);
      failures.push(failure);
      log.warn({ source: region, code: failure.code, cause: failure.message }, 'the manifest of a source cannot be read');
    }
  }
  const [first] = failures;
  if (first !== undefined && failures.length === 1) throw first;
  throw new CbcrError(
    'format.unreadable',
    { point: point.id, cause: failures.map((failure) => failure.message).join(' ') },
    { cause: first },
  );
}
