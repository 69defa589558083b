import type { RegionId, Rulebook } from '@cbcr/domain';
import { isWhole } from '../holdings/copy-states.ts';
import type { PointGroup } from '../holdings/group-points.ts';
import type { Decision } from '../situation/situation.ts';

const gib = 1024 ** 3;

interface PriceList {
  storage: ReadonlyMap<RegionId, number>;
  egress: ReadonlyMap<RegionId, number>;
  links: ReadonlyMap<string, number>;
}
/** A rulebook is never changed in place, so its prices are looked up once. */
const priceLists = new WeakMap<Rulebook, PriceList>();

function pricesOf(rulebook: Rulebook): PriceList {
  const known = priceLists.get(rulebook);
  if (known !== undefined) return known;
  const list: PriceList = {
    storage: new Map(rulebook.regions.flatMap(({ id, prices }) => (prices === undefined ? [] : [[id, prices.storagePerGiBMonth]]))),
    egress: new Map(rulebook.regions.flatMap(({ id, prices }) => (prices === undefined ? [] : [[id, prices.egressPerGiB]]))),
    links: new Map(
      rulebook.links.flatMap(({ from, to, pricePerGiB }) => (pricePerGiB === undefined ? [] : [[`${from} ${to}`, pricePerGiB]])),
    ),
  };
  priceLists.set(rulebook, list);
  return list;
}

/** The price of the link, or what the source charges for all that leaves it; null when neither is known. */
export function priceOfTransfer(rulebook: Rulebook, source: RegionId, target: RegionId, bytes: number): number | null {
  const { links, egress } = pricesOf(rulebook);
  const perGib = links.get(`${source} ${target}`) ?? egress.get(source);
  return perGib === undefined ? null : (bytes / gib) * perGib;
}

/** What a month costs once everything is carried out: demanded copies, and allowed ones that exist besides. */
export function priceOfMonth(
  rulebook: Rulebook,
  groups: readonly PointGroup[],
  decision: Decision,
): { cost: number; unpricedBytes: number } {
  const { storage } = pricesOf(rulebook);
  const bytes = new Map<RegionId, number>();
  for (const group of groups) {
    if (group.state !== 'complete') continue;
    const removed = group.copies.filter(({ state }) => state === 'deleted').map(({ region }) => region);
    const regions = new Set(decision.placement.placed.flatMap(({ region }) => (removed.includes(region) ? [] : [region])));
    for (const { region, state } of group.copies) if (isWhole(state) && decision.mayHold(region).allowed) regions.add(region);
    for (const region of regions) bytes.set(region, (bytes.get(region) ?? 0) + group.storedBytes);
  }
  let cost = 0;
  let unpricedBytes = 0;
  for (const [region, held] of bytes) {
    const price = storage.get(region);
    if (price === undefined) unpricedBytes += held;
    else cost += (held / gib) * price;
  }
  return { cost, unpricedBytes };
}
