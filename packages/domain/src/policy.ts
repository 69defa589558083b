import { z } from 'zod';
import { policyIdSchema, regionIdSchema } from './ids.ts';
import { jurisdictionSchema } from './region.ts';

export const scheduleSchema = z.strictObject({
  /** Five-field cron expression. */
  cron: z.string().min(1),
  /** IANA name, such as Europe/Berlin. */
  timeZone: z.string().min(1),
});
export type Schedule = z.infer<typeof scheduleSchema>;

/** The first, simple policy: the primary is the home region; `copies - 1` secondaries by preference among the allowed jurisdictions. */
export const policySchema = z.strictObject({
  id: policyIdSchema,
  placement: z.strictObject({
    /** Copies in all, the primary included. */
    copies: z.int().min(1).max(32),
    /** Secondaries in order of preference; regions that are not named follow in the order of their ids. */
    prefer: z.array(regionIdSchema).default([]),
    /** A region is allowed when one of its jurisdictions is named here. */
    jurisdictions: z.array(jurisdictionSchema).min(1),
    /** The point is available once this many copies are verified. */
    synchronousMinimum: z.int().min(1).default(1),
  }),
  schedule: scheduleSchema.optional(),
});
export type Policy = z.infer<typeof policySchema>;
