import type { Copy, Instance, MeasuredLinks, Reason, RecoveryPoint, Region, RegionHealth, RegionId, Rulebook } from '@cbcr/domain';
import { mayUse } from '../residency/may-use.ts';
import type { DecidingPolicy } from '../residency/permission-rule.ts';
import { compareSources, type Source } from './compare-sources.ts';
import { describeEstimate, estimateTransfer, type TransferEstimate } from './estimate-transfer.ts';

export interface RankingInput {
  point: Pick<RecoveryPoint, 'id' | 'storedBytes'>;
  copies: readonly Copy[];
  /** A region that is missing here is unknown: tried after those that are up. */
  health: ReadonlyMap<RegionId, RegionHealth>;
  rulebook: Rulebook;
  /** What workers measured of links. */
  measured: MeasuredLinks;
  /** Regions that the rulebook may no longer list; copies there are still read. */
  regions?: readonly Region[];
  /** The region whose workers read. */
  target: RegionId;
  instance: Pick<Instance, 'id' | 'dataClass'>;
  policy: DecidingPolicy;
  /** Residency exceptions end. */
  now: Date;
}

export interface RankedSource {
  region: RegionId;
  /** 1 is read first; the others take over when it fails. */
  rank: number;
  reasons: Reason[];
  estimate: TransferEstimate | null;
}

export interface SourceRanking {
  ranking: RankedSource[];
  /** Regions that hold (or should hold) a copy and are not read, each with the reason. */
  excluded: { region: RegionId; reason: Reason }[];
}

/**
 * From which copies a point may be read, best first: verified before stored, up before unknown, the target's own region before others, then
 * time, latency and cost as far as measurements, links and prices tell, then the name. Illegal, incomplete and dead copies are excluded, never ranked last.
 */
export function rankSources(input: RankingInput): SourceRanking {
  const excluded: SourceRanking['excluded'] = [];
  const sources: Source[] = [];
  for (const copy of [...input.copies].sort((a, b) => (a.region < b.region ? -1 : 1))) {
    const objection = objectionTo(copy, input);
    if (objection) excluded.push({ region: copy.region, reason: objection });
    else sources.push(sourceOf(copy, input));
  }
  const ranking = withComparableTimes(sources, input)
    .sort(compareSources)
    .map((source, index) => ({
      region: source.region,
      rank: index + 1,
      reasons: explain(source, input),
      estimate: source.estimate,
    }));
  return { ranking, excluded };
}

function objectionTo(copy: Copy, { rulebook, regions = [], instance, policy, health, now }: RankingInput): Reason | null {
  const region = regions.find((candidate) => candidate.id === copy.region) ?? copy.region;
  const permission = mayUse({ rulebook, instance, policy, region, purpose: 'data', existing: true, now });
  if (!permission.allowed) return permission.reason;
  if (copy.state !== 'verified' && copy.state !== 'stored') {
    return { rule: 'copy-not-whole', text: `the copy is ${copy.state}: ${copy.reason.text}` };
  }
  const state = health.get(copy.region);
  return state?.state === 'down' ? { rule: 'region-down', text: `${copy.region} is down: ${state.reason}` } : null;
}

/**
 * A throughput that was seen counts only among sources of which all times are known: it tells what held back one transfer, and whatever was never
 * read could not but lose against it.
 */
function withComparableTimes(sources: Source[], { rulebook, target, point }: RankingInput): Source[] {
  if (sources.every(({ seconds }) => seconds !== null)) return sources;
  return sources.map((source) => {
    const declared = estimateTransfer({ rulebook, measured: new Map(), source: source.region, target, bytes: point.storedBytes });
    return declared?.seconds == null ? { ...source, seconds: null } : source;
  });
}

function sourceOf(copy: Copy, { health, target, rulebook, measured, point }: RankingInput): Source {
  const estimate = estimateTransfer({ rulebook, measured, source: copy.region, target, bytes: point.storedBytes });
  return {
    region: copy.region,
    verified: copy.state === 'verified',
    up: health.get(copy.region)?.state === 'up',
    local: copy.region === target,
    estimate,
    seconds: estimate?.seconds ?? null,
  };
}

function explain(source: Source, { target }: RankingInput): Reason[] {
  return [
    source.verified ? { rule: 'verified', text: 'the copy is verified' } : { rule: 'stored', text: 'the copy is stored, not yet verified' },
    source.up
      ? { rule: 'region-up', text: `${source.region} is up` }
      : { rule: 'region-unknown-health', text: `the health of ${source.region} is not known` },
    source.local
      ? { rule: 'same-region', text: `${target} is where the data is needed: no transfer between regions` }
      : { rule: 'other-region', text: `the data crosses from ${source.region} to ${target}` },
    ...(source.estimate && !source.local ? [{ rule: 'estimate', text: describeEstimate(source.estimate) }] : []),
  ];
}
