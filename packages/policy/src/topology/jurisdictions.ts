import type { JurisdictionGroups, Region } from '@cbcr/domain';

/** A region's place among nested jurisdictions. */
export interface Location {
  /** The jurisdictions that the region names and all that contain them, sorted. */
  liesIn: ReadonlySet<string>;
  /** Those that the region names and that contain no other of them, sorted: DE, not EU, for a region that names both. */
  innermost: readonly string[];
}

/** A cycle of groups is refused when the rulebook is read; here it only ends, so that a decision never hangs. */
function contentsOf(group: string, groups: JurisdictionGroups, found = new Set<string>()): ReadonlySet<string> {
  for (const inner of groups[group]?.contains ?? []) {
    if (found.has(inner)) continue;
    found.add(inner);
    contentsOf(inner, groups, found);
  }
  return found;
}

/** Where regions lie: `locate(region)`. Works out once what each group contains. */
export function createLocator(groups: JurisdictionGroups): (region: Pick<Region, 'jurisdictions'>) => Location {
  const contents = new Map(Object.keys(groups).map((group) => [group, contentsOf(group, groups)]));
  return ({ jurisdictions }) => {
    const containing = [...contents].filter(([, inner]) => jurisdictions.some((own) => inner.has(own))).map(([group]) => group);
    const innermost = jurisdictions.filter((own) => !jurisdictions.some((other) => other !== own && contents.get(own)?.has(other)));
    return { liesIn: new Set([...jurisdictions, ...containing].sort()), innermost: [...new Set(innermost)].sort() };
  };
}
