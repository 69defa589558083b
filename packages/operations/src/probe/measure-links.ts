import type { BlobStore } from '@cbcr/blobstore';
import type { CatalogRegion } from '@cbcr/catalog';
import { type Clock, type RegionId, toCbcrError } from '@cbcr/domain';
import type { OperationDependencies } from '../operation-dependencies.ts';

/** How long the store of another region took to answer workers of this one. */
export interface MeasuredLatency {
  from: RegionId;
  /** Null: it did not answer. */
  latencyMs: number | null;
  /** Why not. */
  cause?: string;
}

const rounds = 3;
const patienceMs = 5_000;

/**
 * Asks every other region's store a small question from here, and keeps in the catalog how long the answer took. The first question opens the
 * connection and does not count; the median of the others does. A store that does not answer leaves what was known of its link.
 */
export async function measureLinks(
  { catalog, openStore, clock }: Pick<OperationDependencies, 'catalog' | 'openStore' | 'clock'>,
  here: RegionId,
  signal: AbortSignal,
): Promise<MeasuredLatency[]> {
  const others = (await catalog.regions.list()).filter(({ id }) => id !== here);
  return await Promise.all(
    others.map(async (region): Promise<MeasuredLatency> => {
      try {
        const latencyMs = await measureLatency(await openStore(region), clock, signal);
        await catalog.links.recordLatency(region, here, latencyMs);
        return { from: region.id, latencyMs };
      } catch (error) {
        signal.throwIfAborted();
        return { from: region.id, latencyMs: null, cause: toCbcrError(error).message };
      }
    }),
  );
}

async function measureLatency(store: Pick<BlobStore, 'ping'>, clock: Clock, signal: AbortSignal): Promise<number> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  await store.ping({ signal: patience });
  const answers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const askedAtMs = clock.monotonicMs();
    await store.ping({ signal: patience });
    answers.push(clock.monotonicMs() - askedAtMs);
  }
  const median = answers.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  return Math.round(median * 100) / 100;
}

/** Smaller transfers say more about waiting than about the way. */
const leastBytes = 8 * 1024 * 1024;

/** Keeps what a transfer from one source reached. One that came from several says nothing about either. Never fails the transfer. */
export async function keepThroughput(
  { catalog }: Pick<OperationDependencies, 'catalog'>,
  { sources, to, bytes, elapsedMs }: { sources: readonly CatalogRegion[]; to: RegionId; bytes: number; elapsedMs: number },
): Promise<void> {
  const [source] = sources;
  if (source === undefined || sources.length > 1 || source.id === to || bytes < leastBytes || elapsedMs <= 0) return;
  await catalog.links.recordThroughput(source, to, (bytes / elapsedMs) * 1000).catch(() => undefined);
}
