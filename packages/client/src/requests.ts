import { holdSelectorSchema, instanceIdSchema, policyIdSchema, recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';

/**
 * A way to reach a database: `env:NAME` or `file:PATH`, resolved by the workers, or a URL. The scheduler seals a URL before it
 * stores it, and no response ever shows it.
 */
const connectionInput = z.string().min(1).max(4096);

export const addInstanceRequestSchema = z.strictObject({
  id: instanceIdSchema,
  engine: z.string().min(1),
  home: regionIdSchema,
  /** May be left out when the selector of a policy matches the instance. */
  policy: policyIdSchema.optional(),
  dataClass: z.string().min(1).optional(),
  labels: z.record(z.string().min(1), z.string()).optional(),
  connection: connectionInput,
});
export type AddInstanceRequest = z.input<typeof addInstanceRequestSchema>;

export const backupRequestSchema = z.strictObject({ instance: instanceIdSchema });
export type BackupRequest = z.input<typeof backupRequestSchema>;

export const restoreRequestSchema = z.strictObject({
  instance: instanceIdSchema,
  /** Absent: the newest point that has a readable copy. */
  point: recoveryPointIdSchema.optional(),
  to: regionIdSchema,
  target: connectionInput,
  jobs: z.int().min(1).max(64).optional(),
  /** The exact name of the target database: what it holds is removed first. Absent: a target that is not empty is refused. */
  clean: z.string().min(1).max(4096).optional(),
  /** A rehearsal: residency judges the region as that of a drill, not of a restore. */
  drill: z.boolean().optional(),
});
export type RestoreRequest = z.input<typeof restoreRequestSchema>;

/** `to` is one of the regions where the policy demands a copy. */
export const replicationRequestSchema = z.strictObject({ point: recoveryPointIdSchema, to: regionIdSchema });
export type ReplicationRequest = z.input<typeof replicationRequestSchema>;

export const verificationRequestSchema = z.strictObject({ point: recoveryPointIdSchema, region: regionIdSchema });
export type VerificationRequest = z.input<typeof verificationRequestSchema>;

export const probeRequestSchema = z.strictObject({ region: regionIdSchema });
export type ProbeRequest = z.input<typeof probeRequestSchema>;

/** Without an instance the whole store is listed. */
export const garbageSearchRequestSchema = z.strictObject({ region: regionIdSchema, instance: instanceIdSchema.optional() });
export type GarbageSearchRequest = z.input<typeof garbageSearchRequestSchema>;

/** `limit`: a rate such as `50MB/s`, `unlimited`, `paused`, or a rate with time-of-day windows as in cbcr.yaml; null: what cbcr.yaml says. */
export const setLimitRequestSchema = z.strictObject({
  limit: z.union([z.string().min(1).max(64), z.number(), z.record(z.string(), z.unknown())]).nullable(),
});
export type SetLimitRequest = z.input<typeof setLimitRequestSchema>;

/** Why somebody changes the policies, for the history and the audit trail. */
const changeReason = z.string().trim().min(1).max(1000);

/** The text of a cbcr.yaml; `file` only names it in problems. `force` needs a reason. */
export const applyConfigRequestSchema = z.strictObject({
  file: z.string().min(1).max(1024),
  text: z.string().max(1_000_000),
  reason: changeReason.optional(),
  /** Apply even if an instance is left without a legal copy. */
  force: z.boolean().optional(),
});
export type ApplyConfigRequest = z.input<typeof applyConfigRequestSchema>;

/** Versions are counted from 1 on; no installation comes to more. */
export const mostPolicyVersions = 2_147_483_647;

/** Applies the policies of an earlier version again, as a new version. Instances and limits stay as they are. */
export const rollbackRequestSchema = z.strictObject({
  version: z.int().min(1).max(mostPolicyVersions),
  reason: changeReason,
  force: z.boolean().optional(),
});
export type RollbackRequest = z.input<typeof rollbackRequestSchema>;

/** How many affected instances the answer shows; the sums are of all. */
const shownInstances = z.int().min(1).max(10_000).default(200);

/** `file` only names the text in problems. */
const proposedText = { file: z.string().min(1).max(1024), text: z.string().max(1_000_000) };

export const planRequestSchema = z.strictObject({ ...proposedText, limit: shownInstances });
export type PlanRequest = z.input<typeof planRequestSchema>;

/** Everything that is given happens at once, on top of `proposed` when that is given. */
export const simulationRequestSchema = z.strictObject({
  /** The text of a cbcr.yaml, instead of what is in force. */
  proposed: z.strictObject(proposedText).optional(),
  down: z.array(regionIdSchema).default([]),
  removed: z.array(regionIdSchema).default([]),
  /** New homes by instance. */
  moved: z.record(instanceIdSchema, regionIdSchema).default({}),
  limit: shownInstances,
});
export type SimulationRequest = z.input<typeof simulationRequestSchema>;
const longestTokenSeconds = 365 * 24 * 3600;

/** Who else appears as a requester. */
const ownNames: ReadonlySet<string> = new Set(['api', 'config', 'schedule', 'scheduler', 'reconciler']);

/** `name` appears as the requester of what is done with the token. */
export const issueTokenRequestSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[\w.@-]+$/, 'letters, digits, and . _ @ -')
    .refine((name) => !ownNames.has(name.toLowerCase()), 'the main token and the parts of CBCR go by this name in the audit trail'),
  lifetimeSeconds: z.int().min(1).max(longestTokenSeconds, 'must be at most 365 days'),
});
export type IssueTokenRequest = z.input<typeof issueTokenRequestSchema>;

export const retentionPreviewRequestSchema = z.strictObject({
  /** The text of a cbcr.yaml, instead of what is in force. */
  proposed: z.strictObject(proposedText).optional(),
  /** Instead of now. */
  at: z.iso.datetime({ offset: true }).optional(),
  instance: instanceIdSchema.optional(),
  /** How many copies the answer shows; the sums are of all. */
  limit: shownInstances,
});
export type RetentionPreviewRequest = z.input<typeof retentionPreviewRequestSchema>;

const said = z.string().trim().min(1).max(1000);

/** A legal hold. It has no end: only a release ends it. */
export const placeHoldRequestSchema = z.strictObject({
  title: z.string().trim().min(1).max(200),
  reason: said,
  /** The case, as those who ask for the hold call it. */
  matter: z.string().trim().min(1).max(200).optional(),
  selector: holdSelectorSchema,
});
export type PlaceHoldRequest = z.input<typeof placeHoldRequestSchema>;

/** `reason` releases, or asks for a release where the rules want two people; `approve` is the second one. */
export const releaseHoldRequestSchema = z.union(
  [z.strictObject({ reason: said }), z.strictObject({ approve: z.literal(true) })],
  'give a reason, or approve: true',
);
export type ReleaseHoldRequest = z.input<typeof releaseHoldRequestSchema>;

export const unlockRequestSchema = z.strictObject({ region: regionIdSchema, reason: said });
export type UnlockRequest = z.input<typeof unlockRequestSchema>;

/** Without `region` the whole point goes. A dry run asks the deletion gate and marks nothing. */
export const deletePointRequestSchema = z.strictObject({
  region: regionIdSchema.optional(),
  reason: z.string().trim().min(1).max(1000),
  dryRun: z.boolean().default(true),
});
export type DeletePointRequest = z.input<typeof deletePointRequestSchema>;

/** Without an instance: all that have copies whose time is over. */
export const retentionRunRequestSchema = z.strictObject({ instance: instanceIdSchema.optional(), dryRun: z.boolean().default(true) });
export type RetentionRunRequest = z.input<typeof retentionRunRequestSchema>;

function isScope(text: string): boolean {
  const [kind, name, ...rest] = text.split(':');
  if (kind === 'clock') return name === undefined;
  const schema = kind === 'instance' ? instanceIdSchema : kind === 'region' ? regionIdSchema : null;
  return rest.length === 0 && schema?.safeParse(name).success === true;
}

/** `clock`: the time of the catalog is right. `instance:NAME` or `region:NAME`: so many deletions at once are meant, for a day. */
export const confirmDeletionsRequestSchema = z.strictObject({
  scope: z.string().refine(isScope, 'must be clock, instance:NAME or region:NAME'),
  reason: z.string().trim().min(1).max(1000),
});
export type ConfirmDeletionsRequest = z.input<typeof confirmDeletionsRequestSchema>;
