import type { Catalog, RunRecord } from '@cbcr/catalog';
import type { Clock, RegionId, RunId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { planCollections, planSearch, startCollections } from '@cbcr/operations';
import type { Logger } from '@cbcr/telemetry';
import { createTurns } from './turns.ts';

interface CollectDependencies {
  catalog: Catalog;
  clock: Clock;
  logger: Logger;
}

const requestedBy = 'reconciler';
const { name: kind, result } = jobKinds.garbage;
/** A search lists the whole store: what a dead attempt left costs little for a day more. */
const searchEveryMs = 24 * 3_600_000;
/** When a search found more that may go than its list takes. */
const searchOnMs = 3_600_000;
/** Everything else comes first. */
const atOnce = 1;

/**
 * Has the store of every region searched for garbage once a day, and what the searches found removed, run by run. What it goes by is in the catalog:
 * another scheduler continues where this one stopped. What fails in one region keeps none of the others waiting.
 */
export function createGarbageCollection({ catalog, clock, logger }: CollectDependencies): () => Promise<'done'> {
  /** The last search of a region; null: there was none. */
  const searches = new Map<RegionId, RunId | null>();
  const settled = new Set<RunId>();
  const turns = createTurns({ clock, logger });
  let firstRulesAtMs: number | null = null;

  async function lastSearch(region: RegionId): Promise<RunRecord | null> {
    let id = searches.get(region);
    if (id === undefined) {
      const [last] = await catalog.runs.list({ kind, region, requestedBy, limit: 1 });
      id = last?.id ?? null;
      searches.set(region, id);
    }
    return id === null ? null : catalog.runs.get(id);
  }

  /** True when nothing of it is left to be started. */
  async function collect(search: RunRecord): Promise<boolean> {
    if (settled.has(search.id)) return true;
    const { runs, waiting } = await startCollections({ catalog }, planCollections(search, result.parse(search.result), requestedBy), {
      atOnce,
    });
    if (waiting > 0) return false;
    settled.add(search.id);
    if (runs.length > 0) logger.info({ region: search.region, search: search.id, runs: runs.length }, 'garbage is collected');
    return true;
  }

  async function look(region: RegionId): Promise<void> {
    const search = await lastSearch(region);
    let pauseMs = searchEveryMs;
    if (search?.state === 'succeeded') {
      if (!(await collect(search))) return;
      const { total, garbage } = result.parse(search.result);
      if (total.points > garbage.length && garbage.every(({ denied }) => denied.length === 0)) pauseMs = searchOnMs;
    }
    // In a new installation nothing can be old enough to go.
    firstRulesAtMs ??= (await catalog.rulebook.get(1)).appliedAt.getTime();
    const sinceMs = search === null ? firstRulesAtMs : search.createdAt.getTime();
    if (clock.now().getTime() - sinceMs < pauseMs) return;
    const { run } = await catalog.runs.create({ ...(await planSearch({ catalog }, { region })), requestedBy });
    searches.set(region, run.id);
  }

  return async () => {
    for (const { id } of await catalog.regions.list()) await turns.take({ region: id }, () => look(id));
    turns.end();
    return 'done';
  };
}
