import { z } from 'zod';
import { lockModes } from './hold.ts';
import { policyIdSchema, regionIdSchema } from './ids.ts';
import { jurisdictionSchema } from './region.ts';
import { durationSchema } from './rulebook/duration.ts';
import { selectorSchema } from './rulebook/selector.ts';
import { placementCapabilities } from './rulebook/topology.ts';

export const scheduleSchema = z.strictObject({
  /** Five-field cron expression. */
  cron: z.string().min(1),
  /** IANA name, such as Europe/Berlin. */
  timeZone: z.string().min(1),
});
export type Schedule = z.infer<typeof scheduleSchema>;

/** What a secondary must be besides allowed, compared with the home region. */
const placementConstraintsSchema = z.strictObject({
  /** From the home region, along the surface of the earth. */
  minimumDistanceKm: z.number().positive().max(20_040).optional(),
  /** It lies in none of the jurisdictions of the home region. */
  differentJurisdiction: z.boolean().optional(),
  /** It is at another provider. */
  differentProvider: z.boolean().optional(),
  /** It shares a jurisdiction with the home region. */
  sameJurisdiction: z.boolean().optional(),
  /** Its store was probed and can do all of these. */
  capabilities: z.array(z.enum(placementCapabilities)).optional(),
});
export type PlacementConstraints = z.infer<typeof placementConstraintsSchema>;

const placementFields = {
  /** Copies in all, the primary included. */
  copies: z.int().min(1).max(32),
  /** Secondaries in order of preference. */
  prefer: z.array(regionIdSchema),
  /** A region is allowed when one of its jurisdictions is named here. Absent: no restriction by the policy. */
  jurisdictions: z.array(jurisdictionSchema).min(1).optional(),
  /** The point is available once this many copies are verified. */
  synchronousMinimum: z.int().min(1),
  /** How many allowed regions are kept in reserve. Absent: all of them. */
  spares: z.int().min(0).max(32).optional(),
  constraints: placementConstraintsSchema.optional(),
};

const lockTerms = {
  /** Absent: the mode of the policy. */
  mode: z.enum(lockModes).optional(),
  /** So long after the capture. Absent: as long as the rules of retention for the copy are certain to keep it. */
  for: durationSchema.optional(),
  /** With `for`: the longer of the two. */
  whileKept: z.boolean().optional(),
};
/** Without a mode of its own, copies are locked only in the regions that are named. */
const lockSchema = z
  .strictObject({
    ...lockTerms,
    /** What is different for copies in a region. */
    regions: z.record(regionIdSchema, z.strictObject(lockTerms)).optional(),
  })
  .refine(({ mode, regions = {} }) => mode !== undefined || Object.values(regions).some((terms) => terms.mode !== undefined), {
    message: 'it locks nowhere: mode is needed, here or for a region',
  })
  .refine(({ mode, regions = {} }) => mode !== undefined || Object.values(regions).every((terms) => terms.mode !== undefined), {
    message: 'a region without a mode is not locked: give it one, or give one for all regions',
  });
export type Lock = z.infer<typeof lockSchema>;

/** Which runs of a kind go first in a region. */
const prioritySchema = z.enum(['high', 'normal', 'low']);
export type Priority = z.infer<typeof prioritySchema>;

const demandFields = {
  schedule: scheduleSchema.optional(),
  /** No restorable point may be older than this. */
  rpo: durationSchema.optional(),
  /** How long a restore may take. */
  rto: durationSchema.optional(),
  retention: z
    .strictObject({
      keepFor: durationSchema.optional(),
      /** Nothing is removed earlier, whatever else is said. */
      minimum: durationSchema.optional(),
      /** Nothing is kept longer, unless a hold or a lock demands it. */
      maximum: durationSchema.optional(),
    })
    .optional(),
  lock: lockSchema.optional(),
  encryption: z
    .strictObject({
      required: z.boolean().optional(),
      /** By region: the key of the key ring that wraps the data keys of copies there, instead of the region's own. */
      keys: z.record(regionIdSchema, z.string().min(1)).optional(),
    })
    .optional(),
  verifyEvery: durationSchema.optional(),
  drillEvery: durationSchema.optional(),
  priority: prioritySchema.optional(),
};

/** A policy as an administrator writes it. Several may apply to one instance; what none of them says has a default. */
export const rulebookPolicySchema = z.strictObject({
  id: policyIdSchema,
  /** Absent: only instances that name the policy. */
  select: selectorSchema.optional(),
  placement: z
    .strictObject({
      ...placementFields,
      copies: placementFields.copies.optional(),
      prefer: placementFields.prefer.optional(),
      synchronousMinimum: placementFields.synchronousMinimum.optional(),
    })
    .default({}),
  ...demandFields,
});
export type RulebookPolicy = z.infer<typeof rulebookPolicySchema>;

/** What one instance needs: the policies that apply to it as one, with the defaults where none of them says anything. */
export const policySchema = z.strictObject({
  id: policyIdSchema,
  placement: z.strictObject({
    ...placementFields,
    prefer: placementFields.prefer.default([]),
    synchronousMinimum: placementFields.synchronousMinimum.default(1),
  }),
  ...demandFields,
});
export type Policy = z.infer<typeof policySchema>;
