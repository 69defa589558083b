import { z } from 'zod';
import { instanceIdSchema, regionIdSchema } from '../ids.ts';
import { momentSchema } from '../moment.ts';
import { jurisdictionSchema } from '../region.ts';

/** A jurisdiction (capital letters) or a region (lower case). */
const placeSchema = z
  .string()
  .refine(
    (text) => jurisdictionSchema.safeParse(text).success || regionIdSchema.safeParse(text).success,
    'a jurisdiction, such as EU, or the name of a region',
  );
export type Place = z.infer<typeof placeSchema>;

/** Everything inside `allow` and outside `forbid`; what is not named is denied. */
const zoneSchema = z.strictObject({
  allow: z.array(placeSchema).min(1),
  forbid: z.array(placeSchema).default([]),
});
export type Zone = z.infer<typeof zoneSchema>;

/** For what a region is used: a copy, the key that protects it, the target of a restore, the target of a drill. */
export const purposes = ['data', 'key', 'restore', 'drill'] as const;
export type Purpose = (typeof purposes)[number];

/**
 * Where data of some classes may be. A class that is named here is denied everywhere else; of several policies that name it, all apply.
 * `keys`, `restore` and `drill` are the zone of the data where they are not given.
 */
export const residencyPolicySchema = z.strictObject({
  id: z.string().min(1),
  dataClasses: z.array(z.string().min(1)).min(1),
  data: zoneSchema,
  keys: zoneSchema.optional(),
  restore: zoneSchema.optional(),
  drill: zoneSchema.optional(),
});
export type ResidencyPolicy = z.infer<typeof residencyPolicySchema>;

/** Allows named regions beyond residency policies and the jurisdictions of policies, for a reason, until a moment. It widens nothing else. */
export const residencyExceptionSchema = z.strictObject({
  id: z.string().min(1),
  /** Instances that it is for; with `dataClasses` as well, those that both name. */
  instances: z.array(instanceIdSchema).min(1).optional(),
  dataClasses: z.array(z.string().min(1)).min(1).optional(),
  regions: z.array(regionIdSchema).min(1),
  purposes: z.array(z.enum(purposes)).min(1),
  reason: z.string().trim().min(1, 'say why'),
  grantedBy: z.string().trim().min(1, 'say who grants it'),
  /** From this moment on it allows nothing. */
  expires: momentSchema,
});
export type ResidencyException = z.infer<typeof residencyExceptionSchema>;
