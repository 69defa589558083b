import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { regionIdSchema } from './ids.ts';

/** Jurisdictions are the tags that residency rules speak about: `DE`, `EU`, `UK`. */
export const jurisdictionSchema = z.string().regex(/^[A-Z][A-Z0-9-]{0,31}$/, 'capital letters, digits and hyphens, such as EU');

/**
 * Which adapter holds a region's objects, with that adapter's own options. The adapter validates its options; nothing else
 * looks inside. Secrets appear only as references (`env:NAME`, `file:PATH`).
 */
export const storeSpecSchema = z.looseObject({ kind: z.string().min(1) });
export type StoreSpec = z.infer<typeof storeSpecSchema>;

/** Whether two descriptions mean the same place, whatever they say of the ways to log in: rotating a key moves nothing. */
export const isSamePlace = (one: StoreSpec, other: StoreSpec): boolean => placeOf(one) === placeOf(other);

function placeOf(store: StoreSpec): string {
  const place = Object.fromEntries(Object.entries(store).filter(([name]) => !/key|secret|token|password/i.test(name)));
  return canonicalJson(JSON.parse(JSON.stringify(place)));
}

const regionStatuses = ['active', 'draining', 'disabled'] as const;
export type RegionStatus = (typeof regionStatuses)[number];

export const regionSchema = z.strictObject({
  id: regionIdSchema,
  jurisdictions: z.array(jurisdictionSchema).min(1),
  provider: z.string().min(1).optional(),
  /** Names the key of the key ring under which data keys of copies in this region are wrapped; absent means stored unencrypted. */
  keyId: z.string().min(1).optional(),
  store: storeSpecSchema,
  /** Where on earth; without it no demand for a distance is satisfied here. */
  coordinates: z.strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
  /** `draining`: copies stay and count, new ones go elsewhere. `disabled`: neither. */
  status: z.enum(regionStatuses).default('active'),
  /** Preferred secondaries of instances that are at home here. */
  partners: z.array(regionIdSchema).default([]),
  /** In the one currency of the rulebook. */
  prices: z.strictObject({ storagePerGiBMonth: z.number().min(0), egressPerGiB: z.number().min(0) }).optional(),
});
export type Region = z.infer<typeof regionSchema>;

export const regionHealthStates = ['up', 'down', 'unknown'] as const;
/** Computed from worker heartbeats and store probes, never set by hand. `since` is when the region was first seen so. */
export interface RegionHealth {
  state: (typeof regionHealthStates)[number];
  reason: string;
  since: Date | null;
}
