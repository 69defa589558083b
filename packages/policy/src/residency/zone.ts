import type { Purpose, ResidencyPolicy, Zone } from '@cbcr/domain';
import type { PreparedRegion } from '../rulebook/prepare-rulebook.ts';

/** The zone for a purpose; what a residency policy does not say separately is the zone of the data. */
export function zoneOf(policy: ResidencyPolicy, purpose: Purpose): Zone {
  const zones = { data: policy.data, key: policy.keys, restore: policy.restore, drill: policy.drill };
  return zones[purpose] ?? policy.data;
}

/** The first of the places that is the region or that the region lies in. */
export const findPlace = ({ region, liesIn }: PreparedRegion, places: readonly string[]): string | undefined =>
  places.find((place) => place === region.id || liesIn.has(place));

/** A purpose in a sentence: `... does not allow personal-data there`. */
export const purposeWords: Readonly<Record<Purpose, string>> = {
  data: 'copies',
  key: 'keys',
  restore: 'restores',
  drill: 'drills',
};
