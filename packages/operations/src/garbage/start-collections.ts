import type { Catalog, NewRun, RunRecord } from '@cbcr/catalog';
import { isFinalRunState } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';

export interface StartedCollections {
  /** Of these collections, ended or not. */
  runs: RunRecord[];
  /** Points whose run could not start yet, because another one works on the same instance and region, or enough are under way. */
  waiting: number;
}

/** Starts what {@link planCollections} gave, as far as nothing is in the way, and at most `atOnce` at a time. Repeating it starts nothing twice. */
export async function startCollections(
  { catalog }: { catalog: Catalog },
  wanted: readonly NewRun[],
  { atOnce = Number.POSITIVE_INFINITY }: { atOnce?: number } = {},
): Promise<StartedCollections> {
  const runs: RunRecord[] = [];
  let active = 0;
  let waiting = 0;
  for (const collection of wanted) {
    const { run } = active < atOnce ? await catalog.runs.create(collection) : { run: null };
    if (run !== null && run.idempotencyKey === collection.idempotencyKey) {
      runs.push(run);
      if (!isFinalRunState(run.state)) active += 1;
    } else waiting += jobKinds.retention.params.parse(collection.params).points.length;
  }
  return { runs, waiting };
}
