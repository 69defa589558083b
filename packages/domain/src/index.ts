/**
 * The nouns of CBCR: ids, regions, instances, policies, points, copies and runs; their state machines; the error catalogue; the Clock; the
 * form of queue jobs, which producers and workers share.
 *
 * Must never do I/O, read the environment or depend on anything but zod. Everything else may depend on it.
 */
export {
  type AuditAction,
  type AuditActionEntry,
  auditActions,
  type FactsOfAction,
} from './audit/audit-actions.ts';
export { type AuditEvent, hashAuditEvent, type NewAuditEvent, storableFacts, storableText } from './audit/audit-event.ts';
export { canonicalJson, type JsonValue } from './canonical-json.ts';
export { type Clock, systemClock } from './clock.ts';
export { DeletionPermit, type DeletionPurpose, type DeletionScope, deletionPurposes, issueDeletionPermit } from './deletion.ts';
export { type ErrorCode, errorCatalogue } from './errors/catalogue/index.ts';
export { CbcrError, type FactsOf, isCbcrError, toCbcrError } from './errors/cbcr-error.ts';
export { type ErrorEntry, type ExitCode, exitCodeOf, type Treatment } from './errors/error-entry.ts';
export { runbookOf } from './errors/runbook.ts';
export { hashPolicy, hashRulebook } from './hash-policy.ts';
export type { HeldCopy, HeldPoint, Holding, LastRestore } from './held-point.ts';
export {
  type CopyLock,
  type Hold,
  type HoldEffect,
  type HoldEffectState,
  type HoldRelease,
  type HoldReleaseRequest,
  type HoldSelector,
  holdSelectorSchema,
  type LockMode,
  lockModes,
} from './hold.ts';
export {
  createIdFactory,
  type HoldId,
  holdIdSchema,
  type IdFactory,
  type InstanceId,
  instanceIdSchema,
  namePattern,
  type PolicyId,
  policyIdSchema,
  type RecoveryPointId,
  type RegionId,
  type RunId,
  recoveryPointIdSchema,
  regionIdSchema,
  runIdSchema,
} from './ids.ts';
export { type FormerInstance, type Instance, instanceSchema, secretReferenceSchema } from './instance.ts';
export type { CopyRole, Placement, Reason } from './placement.ts';
export {
  type Lock,
  type PlacementConstraints,
  type Policy,
  type Priority,
  policySchema,
  type RulebookPolicy,
  rulebookPolicySchema,
  type Schedule,
  scheduleSchema,
} from './policy.ts';
export {
  type JobPayload,
  jobPayloadSchema,
  jobPayloadVersion,
  type RequestAnswer,
  type RequestId,
  type RequestPayload,
  requestAnswerSchema,
  requestIdSchema,
  requestJobIdOf,
} from './queue/job-payload.ts';
export { cancelChannelOf, defaultNamespace, keyPrefixOf, queueNameOf } from './queue/queue-names.ts';
export { connectionReferenceSchema, type RunRequest, regionOfRequest, runRequestSchema } from './queue/run-request.ts';
export type { Copy, Debt, RecoveryPoint } from './recovery-point.ts';
export {
  isSamePlace,
  jurisdictionSchema,
  type Region,
  type RegionHealth,
  type RegionStatus,
  regionHealthStates,
  regionSchema,
  type StoreSpec,
  storeSpecSchema,
} from './region.ts';
export {
  type ComplianceChoice,
  type ControlSettings,
  complianceChoiceSchema,
} from './rulebook/compliance-choice.ts';
export { type Duration, durationSchema } from './rulebook/duration.ts';
export {
  type Place,
  type Purpose,
  purposes,
  type ResidencyException,
  type ResidencyPolicy,
  residencyExceptionSchema,
  residencyPolicySchema,
  type Zone,
} from './rulebook/residency.ts';
export {
  type RetentionRule,
  type RetentionSection,
  type RetentionSelector,
  retentionRuleBodySchema,
  retentionSectionSchema,
  retentionSettingsSchema,
} from './rulebook/retention.ts';
export { type EarlierRulebook, type Rulebook, rulebookSchema } from './rulebook/rulebook.ts';
export type { Selector } from './rulebook/selector.ts';
export {
  type EnginePreference,
  enginePreferenceSchema,
  type JurisdictionGroups,
  jurisdictionGroupsSchema,
  type Link,
  type LinkMeasurement,
  linkKey,
  linkSchema,
  type MeasuredLinks,
  type PlacementCapability,
  type ProbedCapabilities,
  placementCapabilities,
  type RegionCapabilities,
} from './rulebook/topology.ts';
export type { ErrorReport, Run, RunProgress } from './run.ts';
export {
  type CopyState,
  canTransition,
  copyTransitions,
  finalRunStates,
  isFinalRunState,
  type PointState,
  pointTransitions,
  type RunState,
  runTransitions,
  type TransitionTable,
  transitionTables,
} from './transitions.ts';
