import { withReadOnly } from '@cbcr/blobstore';
import type { InstanceId, Reason, RecoveryPointId } from '@cbcr/domain';
import type { JobHandler, JobKinds, ParamsOf, ResultOf } from '@cbcr/jobs';
import { judgeDeletion } from '@cbcr/policy';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { readDeletionSituation } from '../retention/read-deletion-facts.ts';
import type { StoreLocks } from '../retention/store-locks.ts';
import { factsOfGarbage } from './facts-of-garbage.ts';
import { findGarbage, type Garbage } from './find-garbage.ts';
import { openGarbageLocks } from './read-garbage-locks.ts';
import { createShortlist } from './shortlist.ts';
import { youngest } from './youngest.ts';

export type GarbageFound = ResultOf<JobKinds['garbage']>;
type SearchHandler = JobHandler<ParamsOf<JobKinds['garbage']>, GarbageFound>;

/** As the kind's result says. */
const mostPoints = 500;
const mostUnclaimed = 100;
/** All that is found is judged, and no more of it than this is held meanwhile. */
const judgedAtOnce = 200;

/** All objects of one point that nobody refers to. */
interface Leftovers {
  instance: InstanceId;
  point: RecoveryPointId;
  objects: number;
  bytes: number;
  writtenAt: Date | null;
  keep: Garbage['keep'];
  reason: Reason;
}

/** What lies in the store of this region that nobody refers to, and what the deletion gate would say, the locks of the store included. Cannot write: its handle refuses. */
export function createGarbageSearch(deps: OperationDependencies): SearchHandler {
  return async (context) => {
    const { params, signal, log, progress } = context;
    const region = await deps.catalog.regions.get(params.region);
    const store = withReadOnly(await deps.openStore(region));
    const locksOf = await openGarbageLocks(deps, region, signal);
    const listed = createShortlist<GarbageFound['garbage'][number]>(mostPoints);
    let found: Leftovers[] = [];
    const unclaimed: Leftovers[] = [];
    const total = { points: 0, objects: 0, bytes: 0 };
    const totalUnclaimed = { points: 0, objects: 0, bytes: 0 };
    const search = { catalog: deps.catalog, store, instance: params.instance, unclaimed: true, signal };
    for await (const one of byPoint(findGarbage(search))) {
      const isUnclaimed = one.keep === 'unclaimed';
      const sum = isUnclaimed ? totalUnclaimed : total;
      if (!isUnclaimed) found.push(one);
      else if (unclaimed.length < mostUnclaimed) unclaimed.push(one);
      if (found.length === judgedAtOnce) {
        for (const judged of await judge(deps, context, found, locksOf)) listed.add(judged);
        found = [];
      }
      sum.points += 1;
      sum.objects += one.objects;
      sum.bytes += one.bytes;
      progress({ phase: 'search', doneBytes: 0, totalBytes: null, note: `${total.points} points with garbage` });
    }
    for (const judged of await judge(deps, context, found, locksOf)) listed.add(judged);
    log.info({ region: region.id, total, unclaimed: totalUnclaimed }, 'the store was searched for garbage');
    return { garbage: listed.read(), total, unclaimed: unclaimed.map(describe), totalUnclaimed };
  };
}

async function* byPoint(garbage: AsyncIterable<Garbage>): AsyncGenerator<Leftovers> {
  let last: Leftovers | null = null;
  for await (const { instance, point, sizeBytes, writtenAt, keep, reason } of garbage) {
    if (last !== null && last.point === point) {
      last.writtenAt = youngest([last.writtenAt, writtenAt]);
    } else {
      if (last !== null) yield last;
      last = { instance, point, objects: 0, bytes: 0, writtenAt, keep, reason };
    }
    last.objects += 1;
    last.bytes += sizeBytes;
  }
  if (last !== null) yield last;
}

/** As the gate would answer a plan: such an answer opens nothing. */
async function judge(
  deps: OperationDependencies,
  { run, region, signal }: Parameters<SearchHandler>[0],
  found: readonly Leftovers[],
  locksOf: Awaited<ReturnType<typeof openGarbageLocks>>,
): Promise<GarbageFound['garbage']> {
  const judged: GarbageFound['garbage'] = [];
  for (const [instance, leftovers] of Map.groupBy(found, (one) => one.instance)) {
    signal.throwIfAborted();
    const points = leftovers.map(({ point }) => point);
    const situation = await readDeletionSituation(deps, instance, points);
    for (const one of leftovers) {
      const { point, reason, writtenAt } = one;
      const keep = one.keep === 'nothing' ? 'nothing' : 'what-the-manifest-names';
      const question = { instance, point, region, stage: 'planning', found: { keep, reason }, writtenAt, run: run.id } as const;
      const ask = (locks: StoreLocks) =>
        judgeDeletion(factsOfGarbage(situation, { ...question, locks }))
          .reasons.filter(({ allows }) => !allows)
          .map(({ rule, text }) => ({ rule, text }));
      const denied = ask({ lockedUntil: null, holds: [] });
      // A store that locks it would refuse, today and tomorrow: no run tries before it says something else.
      judged.push({ ...describe(one), denied: denied.length > 0 ? denied : ask(await locksOf(instance, point)) });
    }
  }
  return judged;
}

const describe = ({ instance, point, objects, bytes, writtenAt, reason: { rule, text } }: Leftovers) => ({
  ...{ instance, point, objects, bytes },
  writtenAt: writtenAt?.toISOString() ?? null,
  reason: { rule, text },
});
