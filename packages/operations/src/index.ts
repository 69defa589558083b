/**
 * What the job kinds do: one folder for each, written against the ports of blobstore, catalog, engines and jobs. Decisions come from
 * `@cbcr/policy`; a handler gathers facts, asks, acts, and reports under its epoch.
 *
 * Must never name an adapter, read the environment, keep state between runs, or write outside the regions that are allowed at that moment.
 * Every handler may run twice and be killed anywhere.
 */
export { createHandlers } from './create-handlers.ts';
export { type DecisionFacts, readDecisionFacts } from './decision-facts.ts';
export { findGarbage, type Garbage, type GarbageSearch } from './garbage/find-garbage.ts';
export { planCollections } from './garbage/plan-collections.ts';
export { planSearch } from './garbage/plan-search.ts';
export { startCollections } from './garbage/start-collections.ts';
export { readStoreProtection } from './hold/read-store-protection.ts';
export { rankPointSources } from './open-sources.ts';
export type { OpenStore, OperationDependencies } from './operation-dependencies.ts';
export { probeRegion } from './probe/probe-region.ts';
export { type LimitSources, readLimits } from './read-limits.ts';
export { readRegionHealth } from './region-health.ts';
export { createRegionStores } from './region-stores.ts';
export { describeRepairRun } from './repair-runs.ts';
export { createRequestIntake } from './requests/create-request-intake.ts';
export { decideRestore, describeRestoreRun, requireReadableCopy } from './requests/decide-restore.ts';
export { planRun } from './requests/plan-run.ts';
export { submitRun } from './requests/submit-run.ts';
export { type CarriedOut, carryOutDeletions } from './retention/carry-out-deletions.ts';
export { type DeletionWish, type PlannedDeletion, planDeletions, type UnwantedCopy } from './retention/plan-deletions.ts';
export { type ExpiryOfInstance, planExpired } from './retention/plan-expired.ts';
export { runRetention } from './retention/run-retention.ts';
export { defaultTransferTuning, type TransferTuning, withLongestLock } from './transfer-tuning.ts';
