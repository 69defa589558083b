import type { Clock } from '@cbcr/domain';
import type { BlobStore, BlobStoreCapabilities } from '../blob-store.ts';
import type { StoreCheck } from './check.ts';
import { erasingChecks } from './erasing.ts';
import { pacingChecks } from './pacing.ts';
import { readingChecks } from './reading.ts';
import { writingChecks } from './writing.ts';

export const blobStoreChecks: readonly StoreCheck[] = [...writingChecks, ...readingChecks, ...pacingChecks, ...erasingChecks];

export interface CheckResult {
  name: string;
  /** `not-applicable`: the store does not have the capability that the check requires. */
  outcome: 'passed' | 'failed' | 'not-applicable';
  /** Why it failed. */
  problem: string | null;
  durationMs: number;
}

/**
 * Tries every promise of the port on a real store, one after the other; a failed check does not end the run. Writes about 200 MB below
 * `scope` (a prefix such as `contract/…` that nobody else uses) and below `v1/contract-…` (erasers know no other place), and removes it again; older versions stay on a versioned store.
 */
export async function* runBlobStoreChecks(
  store: BlobStore,
  { scope, capabilities, clock, signal }: { scope: string; capabilities: BlobStoreCapabilities; clock: Clock; signal?: AbortSignal },
): AsyncIterable<CheckResult> {
  for (const [index, check] of blobStoreChecks.entries()) {
    signal?.throwIfAborted();
    const startedMs = clock.monotonicMs();
    const result = await runCheck(check, store, { scope: `${scope}/${index}/`, capabilities });
    yield { name: check.name, ...result, durationMs: clock.monotonicMs() - startedMs };
  }
}

export async function runCheck(
  check: StoreCheck,
  store: BlobStore,
  { scope, capabilities }: { scope: string; capabilities: BlobStoreCapabilities },
): Promise<Pick<CheckResult, 'outcome' | 'problem'>> {
  if (check.requires !== undefined && !capabilities[check.requires]) return { outcome: 'not-applicable', problem: null };
  try {
    await runCheckAndTidy(check, store, scope);
    return { outcome: 'passed', problem: null };
  } catch (error) {
    return { outcome: 'failed', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs one check and removes what it wrote, also when it failed. */
export async function runCheckAndTidy(check: StoreCheck, store: BlobStore, scope: string): Promise<void> {
  try {
    await check.run(store, scope);
  } finally {
    for await (const { key } of store.list(scope)) await store.delete(key);
  }
}
