import { z } from 'zod';
import { rulebookPolicySchema } from '../policy.ts';
import { regionSchema } from '../region.ts';
import { complianceChoiceSchema } from './compliance-choice.ts';
import { residencyExceptionSchema, residencyPolicySchema } from './residency.ts';
import { retentionSectionSchema } from './retention.ts';
import { enginePreferenceSchema, jurisdictionGroupsSchema, linkSchema } from './topology.ts';

/**
 * Everything that an administrator says and that decides: the topology, the policies, where data may be, what is checked. It is what
 * `cbcr.yaml` gives besides instances and limits, what the catalog keeps versions of, and what every decision takes.
 */
export const rulebookSchema = z.strictObject({
  jurisdictions: jurisdictionGroupsSchema.default({}),
  regions: z.array(regionSchema),
  links: z.array(linkSchema).default([]),
  /** By the name of the engine. */
  engines: z.record(z.string().min(1), enginePreferenceSchema).default({}),
  policies: z.array(rulebookPolicySchema),
  residency: z.array(residencyPolicySchema).default([]),
  exceptions: z.array(residencyExceptionSchema).default([]),
  compliance: complianceChoiceSchema.default({ frameworks: [] }),
  retention: retentionSectionSchema,
});
export type Rulebook = z.infer<typeof rulebookSchema>;

/** A version of the rulebook that is no longer in force. */
export interface EarlierRulebook {
  version: number;
  rulebook: Rulebook;
  /** When a later version came into force. */
  endedAt: Date;
}
