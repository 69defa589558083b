import { z } from 'zod';
import { dateTime } from './reason.ts';

/** `unproven`: the system does not know the facts that would show it; neither a violation nor a pass. */
const severitySchema = z.enum(['critical', 'major', 'minor', 'unproven']);

const findingSchema = z.object({
  framework: z.string(),
  control: z.string(),
  severity: severitySchema,
  instance: z.string(),
  /** Null when it is not about one region. */
  region: z.string().nullable(),
  /** How many points it is about; 0 when it is about the instance. */
  points: z.number(),
  /** All of them when one instance was asked for, else the newest ten. */
  pointIds: z.array(z.string()),
  since: dateTime.nullable(),
  evidence: z.string(),
  mend: z.string(),
});

/** Computed now, from copies that exist and are verified. */
export const complianceViewSchema = z.object({
  checkedAt: dateTime,
  /** Instances that some framework was asked about, and those that no framework is chosen for. */
  instances: z.object({ held: z.number(), exempt: z.number() }),
  /** Of all findings, also those that are left out. */
  counts: z.object({ critical: z.number(), major: z.number(), minor: z.number(), unproven: z.number() }),
  /** Gravest first. */
  findings: z.array(findingSchema),
  left: z.number(),
});
export type ComplianceView = z.infer<typeof complianceViewSchema>;

/** A template, which is a start and no legal advice. */
export const frameworkViewSchema = z.object({
  name: z.string(),
  modelledOn: z.string(),
  about: z.string(),
  /** Data classes that the rulebook holds to it; null: none; empty: every class. */
  chosenFor: z.array(z.string()).nullable(),
  controls: z.array(
    z.object({ name: z.string(), about: z.string(), severity: severitySchema, settings: z.record(z.string(), z.string()) }),
  ),
});
export type FrameworkView = z.infer<typeof frameworkViewSchema>;
