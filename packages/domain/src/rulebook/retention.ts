import { z } from 'zod';
import { policyIdSchema, regionIdSchema } from '../ids.ts';
import { jurisdictionSchema } from '../region.ts';
import { durationSchema } from './duration.ts';

const words = z.array(z.string().min(1)).min(1);

/** Which copies a rule is for. Every condition that is given must hold; a list holds when one of its entries does. */
const retentionSelectorSchema = z
  .strictObject({
    /** Of the copy, as the jurisdictions are. */
    regions: z.array(regionIdSchema).min(1).optional(),
    /** A copy in DE is meant by EU too when EU contains DE. */
    jurisdictions: z.array(jurisdictionSchema).min(1).optional(),
    dataClasses: words.optional(),
    engines: words.optional(),
    /** Labels that the instance must have, all of them. */
    labels: z.record(z.string().min(1), z.string()).optional(),
    /** Policies that apply to the instance. */
    policies: z.array(policyIdSchema).min(1).optional(),
  })
  .default({});

/** So many newest periods that have points, for each length of a period. */
const periods = z.int().min(1).max(100_000).optional();

const gfsSchema = z
  .strictObject({
    hourly: periods,
    daily: periods,
    /** Weeks of ISO 8601: they begin on Monday. */
    weekly: periods,
    monthly: periods,
    yearly: periods,
    /** IANA name, such as Europe/Berlin: where a day begins. */
    timeZone: z.string().min(1),
  })
  .refine(({ timeZone: _, ...counts }) => Object.values(counts).some((count) => count !== undefined), {
    message: 'at least one of hourly, daily, weekly, monthly, yearly is needed',
  });

const keepSchema = z
  .strictObject({
    /** So long after the capture. */
    for: durationSchema.optional(),
    /** So many newest points. */
    last: periods,
    /** Every point of so long ago until now, and one before, so that each moment in it can be restored. */
    window: durationSchema.optional(),
    gfs: gfsSchema.optional(),
  })
  .refine((keep) => Object.values(keep).some((value) => value !== undefined), {
    message: 'at least one of for, last, window, gfs is needed',
  });

const ruleBody = {
  select: retentionSelectorSchema,
  /** A copy is kept while any part of any rule keeps it. */
  keep: keepSchema.optional(),
  /** It goes no earlier, whatever else is said. */
  minimum: durationSchema.optional(),
  /** It goes no later, unless a hold or a lock demands it. */
  maximum: durationSchema.optional(),
};
const saysSomething = (rule: { keep?: unknown; minimum?: unknown; maximum?: unknown }) =>
  (rule.keep ?? rule.minimum ?? rule.maximum) !== undefined;
const silent = { message: 'it says nothing: keep, minimum or maximum is needed' };

/** A rule without its name. */
export const retentionRuleBodySchema = z.strictObject(ruleBody).refine(saysSomething, silent);
/** What one rule says about the copies that it selects. All moments count from the capture. */
const retentionRuleSchema = z.strictObject({ id: z.string().min(1), ...ruleBody }).refine(saysSomething, silent);

const settings = {
  /** What a version of the rulebook kept is kept so long after a version that would not. */
  coolingOff: durationSchema.prefault('72h'),
  /** Between the mark that a copy is expiring and the end of its bytes. */
  grace: durationSchema.prefault('24h'),
  /** The share of the copies of an instance or a region that may expire at once without somebody's confirmation; 1 is all of them. */
  bulkShare: z.number().gt(0).max(1).default(0.2),
  /** Whether the release of a legal hold needs a second person. */
  releaseNeedsApproval: z.boolean().default(false),
  /** What a legal hold covered is kept so long after its release. */
  releaseGrace: durationSchema.prefault('72h'),
};

/** Everything of the section but its rules. */
export const retentionSettingsSchema = z.strictObject(settings);
export const retentionSectionSchema = z.strictObject({ rules: z.array(retentionRuleSchema).default([]), ...settings }).prefault({});

export type RetentionSelector = z.infer<typeof retentionSelectorSchema>;
export type RetentionRule = z.infer<typeof retentionRuleSchema>;
export type RetentionSection = z.infer<typeof retentionSectionSchema>;
