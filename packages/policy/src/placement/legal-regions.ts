import type { Placement, RegionId } from '@cbcr/domain';

/** Where copies may be and are read: what is placed, what is spare, and what is excluded for another reason than that the data may not be there. */
export const legalRegionsOf = ({ placed, spares, excluded }: Placement): RegionId[] =>
  [...placed, ...spares, ...excluded.filter(({ legal }) => legal)].map(({ region }) => region);
