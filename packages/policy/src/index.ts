/**
 * Every decision of CBCR: where copies must live, whether an instance is protected, whether a region is up, what must be repaired, from
 * where to restore, when a backup is due. Plain data goes in; a plan with its reasons comes out.
 *
 * Must never do I/O, read a clock or the environment, or use randomness: the same input gives the same answer, so that every decision
 * can be repeated, explained and tested. Depends on the domain, and on croner to read cron expressions.
 */
export { describePlan } from './change/describe-plan.ts';
export { findRefusals } from './change/find-refusal.ts';
export { type FleetPlan, startFleetPlan } from './change/fleet-plan.ts';
export { type Supposition, suppose, supposeInstance } from './change/simulate.ts';
export { chooseControls } from './compliance/choose-controls.ts';
export type { KnownProtection } from './compliance/control.ts';
export { controls as complianceControls } from './compliance/controls.ts';
export { type Finding, severities } from './compliance/finding.ts';
export { frameworkTemplates } from './compliance/frameworks.ts';
export { startComplianceCheck } from './compliance/start-compliance-check.ts';
export type { CopyUser, DeletionFacts } from './deletion/deletion-facts.ts';
export { type CopyInQuestion, factsOfCopy, type PointUser } from './deletion/facts-of-copy.ts';
export { type BulkQuestion, judgeBulk } from './deletion/judge-bulk.ts';
export { type DeletionReason, type DeletionVerdict, judgeDeletion } from './deletion/judge-deletion.ts';
export { doubtTime, type SeenTime, type TimeReading, watchClock } from './deletion/watch-clock.ts';
export type { EffectivePolicy, FieldOrigin, ResolvedPolicy } from './effective/effective-policy.ts';
export { resolvePolicy } from './effective/resolve-policy.ts';
export { describeExplanation } from './explain/describe-explanation.ts';
export { explainInstance } from './explain/explain-instance.ts';
export { isUnclaimed, judgeStoredPoint, type StoredPointFacts, type StoredPointVerdict } from './garbage/judge-stored-point.ts';
export { assessRegionHealth, type RegionHealthInput, type WorkerHeartbeat } from './health/assess-region-health.ts';
export { type HoldCheck, startHoldCheck } from './holds/check-holds.ts';
export { describeHold, type HoldableCopy, type HoldMoment, holdsOn, holdsOnInstance, protectsUntil } from './holds/holds-on.ts';
export { getStorageRegions, type PlacementInput } from './placement/get-storage-regions.ts';
export { assessInstanceProtection, type InstanceProtection } from './protection/assess-instance-protection.ts';
export { assessProtection, type PointCopies, type Protection, type ProtectionDemand } from './protection/assess-protection.ts';
export { findMissingCopies, lackingPlaces } from './repair/find-missing-copies.ts';
export { damageRules } from './repair/judge-copy.ts';
export { nextAttemptAt } from './repair/next-attempt-at.ts';
export { planRepairs, type RepairCandidate, type RepairInput, type RepairNote, type RepairPlan } from './repair/plan-repairs.ts';
export { type RepairPurpose, repairKey, type WantedRun } from './repair/wanted-run.ts';
export { mayUse, type Permission, type PermissionInput } from './residency/may-use.ts';
export { checkRestoreTarget } from './restore/check-restore-target.ts';
export type { TransferEstimate } from './restore/estimate-transfer.ts';
export { type RankedSource, type RankingInput, rankSources, type SourceRanking } from './restore/rank-sources.ts';
export { checkRetention } from './retention/check-retention.ts';
export { describeRetentionPreview, describeVerdicts } from './retention/describe-retention.ts';
export { judgeRetention } from './retention/judge-retention.ts';
export { type Margins, marginsOf } from './retention/margins.ts';
export { nextReviewAt } from './retention/next-review.ts';
export { type RetentionSituation, startRetentionPreview } from './retention/preview-retention.ts';
export { minimumUntil } from './retention/rules-of.ts';
export { checkSchedule } from './schedule/check-schedule.ts';
export { nextDue } from './schedule/next-due.ts';
export { decide } from './situation/decide.ts';
export type { PlannedInstance, Situation } from './situation/situation.ts';
export { planStoreProtection, type StoreProtectionFacts, type StoreProtectionStep } from './store-protection/plan-store-protection.ts';
export { findUnboundedLocks, locksOf, type WantedLock, wantedLock } from './store-protection/wanted-lock.ts';
export { planVerifications } from './verification/plan-verifications.ts';
