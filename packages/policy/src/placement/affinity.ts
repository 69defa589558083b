/** FNV-1a over the characters, then the finaliser of MurmurHash3, which spreads every bit of input over all bits of output. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/**
 * The regions in an order of this instance's own: rendezvous hashing (highest random weight). The weight of a region depends on nothing but the two
 * names, so a region that comes or goes changes the place of no other, and many instances spread evenly over regions that nobody prefers.
 */
export function orderByAffinity<Id extends string>(instance: string, regions: readonly Id[]): Id[] {
  return regions
    .map((region) => ({ region, weight: hash(`${instance}\n${region}`) }))
    .sort((a, b) => b.weight - a.weight || (a.region < b.region ? -1 : 1))
    .map(({ region }) => region);
}
