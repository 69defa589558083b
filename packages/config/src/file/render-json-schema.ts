import { instanceIdSchema, policyIdSchema, regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import {
  complianceSectionSchema,
  enginePreferenceEntrySchema,
  exceptionEntrySchema,
  fileVersion,
  instanceEntrySchema,
  jurisdictionEntrySchema,
  jurisdictionNameSchema,
  linkEntrySchema,
  policyEntrySchema,
  regionEntrySchema,
  residencyEntrySchema,
  retentionRuleEntrySchema,
  retentionSettingsEntrySchema,
  type sectionNames,
} from './file-schema.ts';

/** A section without an entry here does not compile. */
const sections = {
  version: z.literal(fileVersion),
  jurisdictions: z.record(jurisdictionNameSchema, jurisdictionEntrySchema).optional(),
  regions: z.record(regionIdSchema, regionEntrySchema),
  links: z.record(z.string().regex(/^[^>]+->[^>]+$/), linkEntrySchema).optional(),
  engines: z.record(z.string(), enginePreferenceEntrySchema).optional(),
  policies: z.record(policyIdSchema, policyEntrySchema).optional(),
  residency: z.record(z.string(), residencyEntrySchema).optional(),
  exceptions: z.record(z.string(), exceptionEntrySchema).optional(),
  compliance: complianceSectionSchema.optional(),
  retention: retentionSettingsEntrySchema.extend({ rules: z.record(z.string(), retentionRuleEntrySchema).optional() }).optional(),
  instances: z.record(instanceIdSchema, instanceEntrySchema).optional(),
  /** Its form is the throttle's affair. */
  limits: z.record(z.string(), z.unknown()).optional(),
} satisfies Record<(typeof sectionNames)[number], z.ZodType>;

/** The content of `docs/cbcr.schema.json`, by which editors complete and check a `cbcr.yaml`. What concerns several entries only `cbcr policy validate` knows. */
export function renderJsonSchema(): string {
  const schema = z.toJSONSchema(z.strictObject(sections), { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: 'cbcr.yaml', ...schema }, null, 2)}\n`;
}
