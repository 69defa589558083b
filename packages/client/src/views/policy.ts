import { z } from 'zod';
import { dateTime, reasonSchema } from './reason.ts';

export const policyVersionViewSchema = z.object({
  version: z.number(),
  /** SHA-256 of the whole rulebook. */
  hash: z.string(),
  author: z.string(),
  reason: z.string().nullable(),
  forced: z.boolean(),
  rollbackOf: z.number().nullable(),
  appliedAt: dateTime,
});
export type PolicyVersionView = z.infer<typeof policyVersionViewSchema>;

/** The version in force; not `changed`: it is the one that was in force before, which says the same. */
export const rollbackViewSchema = z.object({ version: z.number(), changed: z.boolean() });
export type RollbackView = z.infer<typeof rollbackViewSchema>;

/** A version with the rules themselves. */
export const policyDocumentViewSchema = policyVersionViewSchema.extend({
  /** The rulebook as JSON; secrets only as references. */
  rulebook: z.json(),
});
export type PolicyDocumentView = z.infer<typeof policyDocumentViewSchema>;

const permission = z.object({ allowed: z.boolean(), reason: reasonSchema });

/** Why an instance is treated as it is: which policy said what, and what every region may be used for. */
export const policyExplanationViewSchema = z.object({
  instance: z.string(),
  version: z.number(),
  /** Most specific first. */
  applying: z.array(z.object({ policy: z.string(), why: z.string() })),
  /** `value` is JSON; `from` is a policy or `default`. */
  fields: z.array(z.object({ field: z.string(), value: z.unknown(), from: z.string(), why: z.string() })),
  placement: z.object({
    placed: z.array(z.object({ region: z.string(), role: z.enum(['primary', 'secondary']), reason: reasonSchema })),
    spares: z.array(z.object({ region: z.string(), reason: reasonSchema })),
    excluded: z.array(z.object({ region: z.string(), legal: z.boolean(), reason: reasonSchema })),
    unmet: z.array(reasonSchema),
  }),
  residency: z.array(z.object({ region: z.string(), data: permission, key: permission, restore: permission, drill: permission })),
  /** The same for people, line by line. */
  text: z.array(z.string()),
});
export type PolicyExplanationView = z.infer<typeof policyExplanationViewSchema>;
