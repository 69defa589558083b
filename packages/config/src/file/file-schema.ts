import { instanceSchema, policySchema, regionSchema } from '@cbcr/domain';
import { z } from 'zod';

/** One entry of each section. The name is the key of the entry; the rest is the domain's own schema, so that there is one definition. */
export const regionEntrySchema = regionSchema
  .pick({ jurisdictions: true, provider: true, store: true })
  .extend({ key: regionSchema.shape.keyId })
  .transform(({ key, ...rest }) => ({ ...rest, status: 'active' as const, partners: [], ...(key === undefined ? {} : { keyId: key }) }));
export const policyEntrySchema = policySchema.pick({ schedule: true }).extend({
  placement: policySchema.shape.placement
    .pick({ copies: true, prefer: true, jurisdictions: true, synchronousMinimum: true })
    .required({ jurisdictions: true }),
});
export const instanceEntrySchema = instanceSchema.omit({ id: true }).extend({
  connection: z
    .string()
    .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/s, 'a reference is needed, env:NAME or file:PATH; a connection in plain text is refused')
    .refine(
      (reference) => !/^env:CBCR_/i.test(reference),
      'variables whose name begins with CBCR_ belong to CBCR itself and cannot be referenced',
    ),
});

/** Unknown sections are found against this list. */
export const sectionNames = ['version', 'regions', 'policies', 'instances', 'limits'] as const;
export const fileVersion = 1;
