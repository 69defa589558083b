import { z } from 'zod';
import { dateTime } from './reason.ts';

/** One link of the chain: `hash` is SHA-256 over the canonical JSON of everything else, with `prevHash` as `prev`. */
export const auditEventViewSchema = z.object({
  id: z.number(),
  at: dateTime,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  facts: z.record(z.string(), z.json()),
  prevHash: z.string(),
  hash: z.string(),
});
export type AuditEventView = z.infer<typeof auditEventViewSchema>;

export const auditVerificationViewSchema = z.object({
  /** Events that were read, up to the break if there is one. */
  events: z.number(),
  /** The last event that is as it was written. Noted somewhere else, it shows a chain that was written anew as a whole. */
  last: z.object({ id: z.number(), hash: z.string() }).nullable(),
  broken: z.object({ kind: z.enum(['changed', 'removed', 'inserted', 'reordered']), id: z.number(), detail: z.string() }).nullable(),
});
export type AuditVerificationView = z.infer<typeof auditVerificationViewSchema>;

/** Events of a period in the order of the chain. */
export const auditChainViewSchema = z.object({
  /** What the first event of all names as the hash before it. */
  chainId: z.string(),
  events: z.array(auditEventViewSchema),
  /** Id of the last event of the period; null when it has none. */
  last: z.number().nullable(),
});
export type AuditChainView = z.infer<typeof auditChainViewSchema>;
