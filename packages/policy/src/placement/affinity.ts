import { hashText } from './hash-text.ts';

/**
 * The regions in an order of this instance's own: rendezvous hashing (highest random weight). The weight of a region depends on nothing but the two
 * names, so a region that comes or goes changes the place of no other, and many instances spread evenly over regions that nobody prefers.
 */
export function orderByAffinity<Id extends string>(instance: string, regions: readonly Id[]): Id[] {
  return regions
    .map((region) => ({ region, weight: hashText(`${instance}\n${region}`) }))
    .sort((a, b) => b.weight - a.weight || (a.region < b.region ? -1 : 1))
    .map(({ region }) => region);
}
