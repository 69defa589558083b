import { z } from 'zod';
import { dateTime, reasonSchema } from './reason.ts';

const change = z.object({ before: z.number(), after: z.number() });
const severity = z.enum(['critical', 'major', 'minor', 'unproven']);
const counts = z.object({ critical: z.number(), major: z.number(), minor: z.number(), unproven: z.number() });
/** `already`: how many of the points were owed, or illegal, before the change. */
const regionSum = z.object({ region: z.string(), points: z.number(), bytes: z.number(), already: z.number(), instances: z.number() });
const findingChange = z.object({
  framework: z.string(),
  control: z.string(),
  severity,
  region: z.string().nullable(),
  /** 0 when it is about the instance. */
  points: z.number(),
  since: dateTime.nullable(),
  evidence: z.string(),
  mend: z.string(),
});

const instancePlan = z.object({
  instance: z.string(),
  placed: z.object({ before: z.array(z.string()), after: z.array(z.string()) }),
  copiesToMake: z.array(
    z.object({
      region: z.string(),
      points: z.number(),
      bytes: z.number(),
      owedAlready: z.number(),
      reason: reasonSchema,
      source: z.string().nullable(),
      /** What keeps the copies from being made now. */
      waits: reasonSchema.nullable(),
      /** Of the transfer; null when the way has no price. */
      price: z.number().nullable(),
    }),
  ),
  illegalCopies: z.array(
    z.object({ region: z.string(), points: z.number(), bytes: z.number(), already: z.boolean(), reason: reasonSchema }),
  ),
  debts: change,
  bytesToMove: z.number(),
  monthlyCost: change,
  unpricedBytes: change,
  findings: z.object({ appearing: z.array(findingChange), disappearing: z.array(findingChange) }),
  restorable: change,
  newlyUnmet: z.array(reasonSchema),
  capturesStop: reasonSchema.nullable(),
  refusal: reasonSchema.nullable(),
});

/** What a change would mean for the fleet. Nothing was changed. */
export const planViewSchema = z.object({
  sum: z.object({
    instances: z.number(),
    affected: z.number(),
    copiesToMake: z.array(regionSum),
    illegalCopies: z.array(regionSum),
    debts: change,
    bytesToMove: z.number(),
    transferPrice: z.number(),
    monthlyCost: change,
    unpricedBytes: change,
    findings: z.object({ appearing: counts, disappearing: counts }),
    restorable: change,
    capturesStop: z.number(),
    refusals: z.number(),
  }),
  refusals: z.array(z.object({ instance: z.string(), reason: reasonSchema })),
  /** At most as many as were asked for. */
  instances: z.array(instancePlan),
  /** How many more are affected. */
  left: z.number(),
  /** The same for people, line by line. */
  text: z.array(z.string()),
});
export type PlanView = z.infer<typeof planViewSchema>;
