import type { RegionId } from '@cbcr/domain';
import type { CallOptions } from '../blob-store.ts';
import { runAttempt } from './attempt.ts';
import type { Retrying } from './retrying.ts';

/**
 * Lists from the beginning again after a failure: versions have no order in which one could go on. What was seen before is not brought again, so that
 * nothing is counted twice; what vanished meanwhile was deleted.
 */
export async function* retryVersions<Version extends { key: string; versionId: string | null }>(
  list: (options: CallOptions) => AsyncIterable<Version>,
  { signal }: CallOptions = {},
  retrying: Retrying,
  region: RegionId,
): AsyncIterable<Version> {
  const { clock, answerTimeoutMs: timeoutMs } = retrying;
  const seen = new Set<string>();
  const startedMs = clock.monotonicMs();
  for (let failures = 0; ; ) {
    const given = new AbortController();
    const bound = signal === undefined ? given.signal : AbortSignal.any([signal, given.signal]);
    const items = list({ signal: bound })[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await runAttempt({ clock, region, timeoutMs, signal }, () => items.next());
        if (step.done === true) return;
        const id = `${step.value.key} ${step.value.versionId ?? ''}`;
        if (seen.has(id)) continue;
        seen.add(id);
        yield step.value;
      }
    } catch (error) {
      failures += 1;
      await retrying.waitOrThrow(error, { operation: 'list', failures, startedMs, signal });
    } finally {
      given.abort('listing given up');
      items.return?.(undefined)?.catch(() => undefined);
    }
  }
}
