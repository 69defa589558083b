import {
  complianceChoiceSchema,
  enginePreferenceSchema,
  instanceSchema,
  jurisdictionGroupsSchema,
  linkSchema,
  regionSchema,
  residencyExceptionSchema,
  residencyPolicySchema,
  retentionRuleBodySchema,
  retentionSettingsSchema,
  rulebookPolicySchema,
} from '@cbcr/domain';
import { z } from 'zod';

/** One entry of each section. The name is the key of the entry; the rest is the domain's own schema, so that there is one definition. */
export const regionEntrySchema = regionSchema
  .omit({ id: true, keyId: true })
  .extend({ key: regionSchema.shape.keyId })
  .transform(({ key, ...rest }) => ({ ...rest, ...(key === undefined ? {} : { keyId: key }) }));

export const policyEntrySchema = rulebookPolicySchema.omit({ id: true });

export const instanceEntrySchema = instanceSchema.omit({ id: true }).extend({
  connection: z
    .string()
    .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/s, 'a reference is needed, env:NAME or file:PATH; a connection in plain text is refused')
    .refine(
      (reference) => !/^env:CBCR_/i.test(reference),
      'variables whose name begins with CBCR_ belong to CBCR itself and cannot be referenced',
    ),
});
export const jurisdictionEntrySchema = jurisdictionGroupsSchema.valueType;
export const jurisdictionNameSchema = jurisdictionGroupsSchema.keyType;
/** The ends are the name of the entry: `berlin->dublin`. */
export const linkEntrySchema = linkSchema.omit({ from: true, to: true });
export const enginePreferenceEntrySchema = enginePreferenceSchema;
export const residencyEntrySchema = residencyPolicySchema.omit({ id: true });
export const exceptionEntrySchema = residencyExceptionSchema.omit({ id: true });
export const complianceSectionSchema = complianceChoiceSchema;
export const retentionRuleEntrySchema = retentionRuleBodySchema;
/** The section without its rules, which are entries of their own. */
export const retentionSettingsEntrySchema = retentionSettingsSchema;

/** Unknown sections are found against this list. */
export const sectionNames = [
  'version',
  'jurisdictions',
  'regions',
  'links',
  'engines',
  'policies',
  'residency',
  'exceptions',
  'compliance',
  'retention',
  'instances',
  'limits',
] as const;
export const fileVersion = 1;
