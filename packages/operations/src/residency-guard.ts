import type { BlobStore, PaceBody } from '@cbcr/blobstore';
import { type Instance, isCbcrError, type Purpose } from '@cbcr/domain';
import { type GuardedRegion, type GuardSources, requireAllowedRegion } from './placement-guard.ts';

/** How old an answer may be: a change of policy stops the bytes within this time. */
const answerFreshMs = 1_000;
/** How long the question is repeated while the catalog is away. Nothing new is written meanwhile. */
const patienceMs = 60_000;

/** Asks whether the region may still take data of the instance. */
export interface ResidencyGuard {
  /** Throws `placement.region-forbidden` or `store.moved`, or `catalog.unreachable` after patience. */
  ask(): Promise<void>;
  /** Works, and asks again and again until the work ends. When the answer is no, the signal aborts, and that is the error. */
  during<Result>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

export function createResidencyGuard(
  { catalog, clock }: GuardSources,
  instance: Pick<Instance, 'id'>,
  region: GuardedRegion,
  purpose: Purpose,
  signal: AbortSignal,
): ResidencyGuard {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let answer: Promise<void> = Promise.resolve();
  const askCatalog = async () => {
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
  const ask = () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - askedAtMs >= answerFreshMs) {
      askedAtMs = nowMs;
      answer = askCatalog();
      answer.catch(() => undefined);
    }
    return answer;
  };
  return {
    ask,
    async during(outer, work) {
      const stopping = new AbortController();
      const ended = new AbortController();
      const watch = async () => {
        for (;;) {
          await clock.sleep(answerFreshMs, { signal: ended.signal });
          await ask();
        }
      };
      watch().catch((error: unknown) => stopping.abort(error));
      try {
        return await work(outer === undefined ? stopping.signal : AbortSignal.any([outer, stopping.signal]));
      } catch (error) {
        throw stopping.signal.aborted && outer?.aborted !== true ? stopping.signal.reason : error;
      } finally {
        ended.abort(new Error('the work has ended'));
      }
    },
  };
}

/** Lets each piece pass once the answer is yes. */
export async function* askForEach<Piece>(guard: ResidencyGuard, pieces: Iterable<Piece> | AsyncIterable<Piece>): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    await guard.ask();
    yield piece;
  }
}

/**
 * A store that asks before every write, before every piece of one that is paced, and while one is under way (I1): a policy may change in the
 * middle of a capture, and a slow store may take long for what began before.
 */
export function withResidencyGuard(store: BlobStore, guard: ResidencyGuard): BlobStore {
  const pace: PaceBody = (body) => askForEach(guard, body instanceof Uint8Array ? [body] : body);
  return {
    ...store,
    put: async (key, body, options) => {
      await guard.ask();
      await guard.during(options.signal, (signal) => store.put(key, body, { ...options, signal, pace }));
    },
  };
}
