import { z } from 'zod';
import { instanceIdSchema, policyIdSchema, regionIdSchema } from './ids.ts';

/** How to reach a database: a reference (`env:NAME`, `file:PATH`) that the worker resolves, or a sealed value. Never plain text with a password. */
export const secretReferenceSchema = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|sealed:v1:.+)$/s, 'a reference: env:NAME or file:PATH');

export const instanceSchema = z.strictObject({
  id: instanceIdSchema,
  engine: z.string().min(1),
  home: regionIdSchema,
  /** The policy that it names; others may apply by their selectors. */
  policy: policyIdSchema.optional(),
  dataClass: z.string().min(1).default('default'),
  labels: z.record(z.string().min(1), z.string()).default({}),
  connection: secretReferenceSchema,
});
export type Instance = z.infer<typeof instanceSchema>;

/** How an instance was described before somebody changed it, and until when: what rules and holds selected it by. */
export interface FormerInstance extends Pick<Instance, 'home' | 'engine' | 'dataClass' | 'labels'> {
  readonly policy?: string | undefined;
  readonly endedAt: Date;
}
