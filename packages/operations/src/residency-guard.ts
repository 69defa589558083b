import type { BlobStore, PaceBody } from '@cbcr/blobstore';
import { type Instance, isCbcrError, type Purpose, type RegionId } from '@cbcr/domain';
import { type GuardSources, requireAllowedRegion } from './placement-guard.ts';

/** How old an answer may be: a change of policy stops the bytes within this time. */
const answerFreshMs = 1_000;
/** How long the question is repeated while the catalog is away. Nothing is written meanwhile. */
const patienceMs = 60_000;

/** Asks whether the region may still take data of the instance; throws `placement.region-forbidden`, or `catalog.unreachable` after patience. */
export type ResidencyGuard = () => Promise<void>;

export function createResidencyGuard(
  { catalog, clock }: GuardSources,
  instance: Pick<Instance, 'id'>,
  region: RegionId,
  purpose: Purpose,
  signal: AbortSignal,
): ResidencyGuard {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let answer: Promise<void> = Promise.resolve();
  const ask = async () => {
    const giveUpAtMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      try {
        return await requireAllowedRegion({ catalog, clock }, instance, region, purpose);
      } catch (error) {
        // A restart of the catalog must not cost a capture of hours; a forbidden region must not get a byte.
        if (!isCbcrError(error, 'catalog.unreachable') || clock.monotonicMs() >= giveUpAtMs) throw error;
        await clock.sleep(500, { signal });
      }
    }
  };
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - askedAtMs >= answerFreshMs) {
      askedAtMs = nowMs;
      answer = ask();
      answer.catch(() => undefined);
    }
    return answer;
  };
}

/**
 * A store that asks before every write, and before every piece of one that is paced (I1): also in the middle of a capture, when a policy
 * changes under it.
 */
export function withResidencyGuard(store: BlobStore, guard: ResidencyGuard): BlobStore {
  const askForEach: PaceBody = async function* (body) {
    for await (const piece of body instanceof Uint8Array ? [body] : body) {
      await guard();
      yield piece;
    }
  };
  return {
    ...store,
    put: async (key, body, options) => {
      await guard();
      return store.put(key, body, { ...options, pace: askForEach });
    },
  };
}
