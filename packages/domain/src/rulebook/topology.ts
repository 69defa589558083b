import { z } from 'zod';
import { regionIdSchema } from '../ids.ts';
import { jurisdictionSchema } from '../region.ts';

/** Jurisdictions that contain others: a region in DE lies in EU and in EEA as well when EEA contains EU and EU contains DE. */
export const jurisdictionGroupsSchema = z.record(jurisdictionSchema, z.strictObject({ contains: z.array(jurisdictionSchema).min(1) }));
export type JurisdictionGroups = z.infer<typeof jurisdictionGroupsSchema>;

/** What is known of the way from one region to another; absent values are not known. */
export const linkSchema = z.strictObject({
  from: regionIdSchema,
  to: regionIdSchema,
  /** What a GiB costs that takes this way; the currency is the same everywhere in a rulebook. */
  pricePerGiB: z.number().min(0).optional(),
  /** Bytes per second. */
  bandwidth: z.number().positive().optional(),
  latencyMs: z.number().min(0).optional(),
});
export type Link = z.infer<typeof linkSchema>;

/** What an engine's instances prefer, whatever their policy. */
export const enginePreferenceSchema = z.strictObject({
  /** Secondaries in order of preference. */
  prefer: z.array(regionIdSchema),
});
export type EnginePreference = z.infer<typeof enginePreferenceSchema>;

export const placementCapabilities = ['objectLock', 'versioning', 'serverSideCopy'] as const;
/** What a store can be asked to be able to do. */
export type PlacementCapability = (typeof placementCapabilities)[number];

/** What a worker found when it tried on the real store. */
export interface ProbedCapabilities extends Record<PlacementCapability, boolean> {
  /** Where the provider says that the bucket is; null when it does not say. */
  location: string | null;
  probedAt: Date;
}
/** A region that is missing has not been probed yet, and then it satisfies no demand for a capability. */
export type RegionCapabilities = ReadonlyMap<z.infer<typeof regionIdSchema>, ProbedCapabilities>;

/** What workers last measured of a link: between the store of its source and the workers of its target. Null where nobody did. */
export interface LinkMeasurement {
  /** From a small request to its answer, in milliseconds. */
  latencyMs: number | null;
  latencyAt: Date | null;
  /** What the last large transfer reached, whatever held it back. */
  bytesPerSecond: number | null;
  throughputAt: Date | null;
}
/** By {@link linkKey}. A link that is missing was not measured yet. */
export type MeasuredLinks = ReadonlyMap<string, LinkMeasurement>;
export const linkKey = (from: Link['from'], to: Link['to']): string => `${from} ${to}`;
