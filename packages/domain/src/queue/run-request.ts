import { z } from 'zod';
import { instanceIdSchema, type RegionId, recoveryPointIdSchema, regionIdSchema } from '../ids.ts';

/**
 * How to reach a database, without saying it: `env:NAME` or `file:/PATH`, which the workers of the region resolve. A queue job outlives its
 * use in Redis' files and backups, so a URL with a password may not be in one.
 */
export const connectionReferenceSchema = z
  .string()
  .max(4096)
  .regex(/^(?:env:(?!CBCR_)[A-Za-z_][A-Za-z0-9_]*|file:\/(?!\/)[^\0]+)$/i, 'a reference: env:NAME (not one of CBCR itself) or file:/PATH');

/** What another service may ask for through a queue, by kind. */
export const runRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('backup'), instance: instanceIdSchema }),
  z.strictObject({ kind: z.literal('replicate'), point: recoveryPointIdSchema, to: regionIdSchema }),
  z.strictObject({ kind: z.literal('verify'), point: recoveryPointIdSchema, region: regionIdSchema }),
  z.strictObject({ kind: z.literal('probe'), region: regionIdSchema }),
  z.strictObject({
    kind: z.literal('restore'),
    instance: instanceIdSchema,
    /** Absent: the newest point that has a readable copy when the request is accepted. */
    point: recoveryPointIdSchema.optional(),
    to: regionIdSchema,
    target: connectionReferenceSchema,
    jobs: z.int().min(1).max(64).optional(),
    /** A rehearsal: residency judges the region as that of a drill, not of a restore. */
    drill: z.boolean().optional(),
  }),
]);
export type RunRequest = z.infer<typeof runRequestSchema>;

/** In whose queue the request belongs; null when only the catalog knows: the home region of an instance. */
export function regionOfRequest(request: RunRequest): RegionId | null {
  switch (request.kind) {
    case 'backup':
      return null;
    case 'verify':
    case 'probe':
      return request.region;
    default:
      return request.to;
  }
}
