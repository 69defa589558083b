/**
 * The HTTP contract between the scheduler and everything that talks to it: request and response shapes, and a typed client.
 *
 * The scheduler validates its routes with the same schemas, so that the contract has one place. `./queue` is an entry of its own. Must
 * never open a database, a queue or a store here, and never retries a request that is not idempotent without an idempotency key.
 */
export { ApiError, type ApiProblem, apiErrorSchema } from './api-error.ts';
export { type AppliedConfig, appliedConfigSchema, type CbcrClient, type ClientOptions, createClient } from './client.ts';
export {
  type AddInstanceRequest,
  type ApplyConfigRequest,
  addInstanceRequestSchema,
  applyConfigRequestSchema,
  type BackupRequest,
  backupRequestSchema,
  type ConfirmDeletionsRequest,
  confirmDeletionsRequestSchema,
  type DeletePointRequest,
  deletePointRequestSchema,
  type GarbageSearchRequest,
  garbageSearchRequestSchema,
  type IssueTokenRequest,
  issueTokenRequestSchema,
  mostPolicyVersions,
  type PlaceHoldRequest,
  type PlanRequest,
  placeHoldRequestSchema,
  planRequestSchema,
  probeRequestSchema,
  type ReleaseHoldRequest,
  type ReplicationRequest,
  type RestoreRequest,
  type RetentionPreviewRequest,
  type RetentionRunRequest,
  type RollbackRequest,
  releaseHoldRequestSchema,
  replicationRequestSchema,
  restoreRequestSchema,
  retentionPreviewRequestSchema,
  retentionRunRequestSchema,
  rollbackRequestSchema,
  type SetLimitRequest,
  type SimulationRequest,
  setLimitRequestSchema,
  simulationRequestSchema,
  type UnlockRequest,
  unlockRequestSchema,
  type VerificationRequest,
  verificationRequestSchema,
} from './requests.ts';
export {
  type AuditChainView,
  type AuditEventView,
  type AuditVerificationView,
  auditChainViewSchema,
  auditEventViewSchema,
  auditVerificationViewSchema,
} from './views/audit.ts';
export { type ComplianceView, complianceViewSchema, type FrameworkView, frameworkViewSchema } from './views/compliance.ts';
export {
  type ConfirmationView,
  confirmationViewSchema,
  type DeletionView,
  deletionViewSchema,
  type PlannedDeletionView,
  plannedDeletionViewSchema,
  type RetentionRunView,
  retentionRunViewSchema,
} from './views/deletion.ts';
export {
  type GarbageCollectionView,
  type GarbageView,
  garbageCollectionViewSchema,
  garbageViewSchema,
} from './views/garbage.ts';
export {
  type CopyLockView,
  copyLockViewSchema,
  type HoldCheckView,
  type HoldView,
  holdCheckViewSchema,
  holdViewSchema,
} from './views/hold.ts';
export { type InstanceDetailView, type InstanceView, instanceDetailViewSchema, instanceViewSchema } from './views/instance.ts';
export { type IssuedTokenView, issuedTokenViewSchema } from './views/issued-token.ts';
export { type LimitView, limitViewSchema } from './views/limit.ts';
export { type PlanView, planViewSchema } from './views/plan.ts';
export { type CopyView, copyViewSchema, type DebtView, debtViewSchema, type PointView, pointViewSchema } from './views/point.ts';
export {
  type PolicyDocumentView,
  type PolicyExplanationView,
  type PolicyVersionView,
  policyDocumentViewSchema,
  policyExplanationViewSchema,
  policyVersionViewSchema,
  type RollbackView,
  rollbackViewSchema,
} from './views/policy.ts';
export { type RegionView, regionViewSchema } from './views/region.ts';
export { type RestorePlanView, restorePlanViewSchema } from './views/restore-plan.ts';
export {
  type RetentionExplanationView,
  type RetentionPreviewView,
  retentionExplanationViewSchema,
  retentionPreviewViewSchema,
} from './views/retention.ts';
export { type RunView, runViewSchema } from './views/run.ts';
export type { WaitOptions } from './wait-for-run.ts';
