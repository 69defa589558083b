import type { SegmentSource } from '@cbcr/blobstore';
import type { PointRecord } from '@cbcr/catalog';
import { CbcrError, type RegionId, toCbcrError } from '@cbcr/domain';
import { rankSources, type SourceRanking } from '@cbcr/policy';
import { type DecisionFacts, regionOf } from './decision-facts.ts';
import { openThrottled, type Traffic } from './open-throttled.ts';
import type { OperationDependencies } from './operation-dependencies.ts';

export interface OpenSources {
  /** Best first. */
  sources: SegmentSource[];
  ranking: SourceRanking;
}

/** From where `target` would read this point, best first. Nothing is opened. */
export function rankPointSources(facts: DecisionFacts, point: PointRecord, target: RegionId): SourceRanking {
  const { regions, policy, instance, health, rulebook, links, now } = facts;
  return rankSources({ point, copies: point.copies, health, regions, target, instance, policy, rulebook, measured: links, now });
}

/** Ranks and opens. A source whose store cannot be opened moves to the excluded ones; `format.unreadable` when none is left. */
export async function openSources(
  deps: OperationDependencies,
  facts: DecisionFacts,
  point: PointRecord,
  target: RegionId,
  trafficOf: (source: RegionId, target: RegionId) => Traffic,
): Promise<OpenSources> {
  const { ranking, excluded } = rankPointSources(facts, point, target);
  const opened: OpenSources = { sources: [], ranking: { ranking: [], excluded: [...excluded] } };
  for (const source of ranking) {
    const { region } = source;
    try {
      opened.sources.push({ region, store: await openThrottled(deps, regionOf(facts, region), trafficOf(region, target)) });
      opened.ranking.ranking.push({ ...source, rank: opened.sources.length });
    } catch (error) {
      opened.ranking.excluded.push({ region, reason: { rule: 'store-not-opened', text: toCbcrError(error).message } });
    }
  }
  if (opened.sources.length === 0) {
    const cause = opened.ranking.excluded.map(({ region, reason }) => `${region}: ${reason.text}`).join('; ') || 'it has no copies';
    throw new CbcrError('format.unreadable', { point: point.id, cause });
  }
  return opened;
}
