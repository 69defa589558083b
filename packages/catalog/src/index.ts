/**
 * The catalog: what CBCR remembers, in Postgres. Postgres is the truth; a queue job is only a wake-up call.
 *
 * `migrateCatalog` brings the schema, services check it with `assertSchemaVersion`, `openCatalog` gives the queries, grouped by noun.
 * Every write that is made for a run names the epoch that its worker holds; triggers refuse stale epochs, illegal changes of state and
 * changes of the audit trail, so that raw SQL cannot do what the queries cannot. Drivers' errors end here, as codes of the catalogue.
 *
 *   run    queued → running → succeeded | failed | cancelled; running → waiting | queued → running with epoch + 1
 *   point  capturing → complete | failed;  complete → expiring → deleted
 *   copy   planned → copying → stored → verified; failed and blocked are debts of a complete point
 *
 * Must never hold a secret in plain text, call Redis or a store, decide a placement, or be imported by its siblings (jobs, blobstore,
 * engines). Nothing here says that an instance is protected: that is computed from copies, elsewhere.
 */
export { type Catalog, openCatalog } from './catalog.ts';
export { type CatalogClock, createCatalogClock } from './catalog-clock.ts';
export { type Channel, channels } from './channels.ts';
export type { Leadership } from './leader.ts';
export type { NotificationHandler } from './listener.ts';
export { type MigrateOptions, migrateCatalog } from './migration/migrate.ts';
export { assertSchemaVersion, readSchemaVersion, type SchemaVersion, wantedSchemaVersion } from './migration/schema-version.ts';
export {
  type ApplyConfig,
  type ApplyRulebook,
  type BeforeChange,
  type ConfigOutcome,
  type DesiredConfig,
  type JudgeChange,
  rulebookOf,
} from './queries/apply-config.ts';
export type { AuditFilter, AuditQueries } from './queries/audit-trail.ts';
export type { AuditBreak, AuditVerification, VerifyAudit } from './queries/audit-verification.ts';
export type { CapabilityQueries, RegionProbe } from './queries/capabilities.ts';
export type { BeginCapture, CapturedCopy, CaptureQueries, CompleteCapture } from './queries/capture.ts';
export { type ClaimDue, type DueClaim, scheduledDedupeKey } from './queries/claim-due.ts';
export type { ClockWatchQueries, WatchedClock } from './queries/clock-watch.ts';
export type { CopyKey, CopyQueries, FencedCopy } from './queries/copies.ts';
export type { DeletionConfirmationQueries } from './queries/deletion-confirmations.ts';
export type { DeletionQueries, DeletionRecord, NewDeletion, SeenFacts } from './queries/deletion-queries.ts';
export type { RunWriter } from './queries/fence.ts';
export type { HoldQueries, NewHold } from './queries/holds.ts';
export type { CreatedRun, NewRun } from './queries/insert-runs.ts';
export type { CatalogInstance, InstanceQueries } from './queries/instances.ts';
export type { LedgerQueries } from './queries/ledger.ts';
export type { LimitQueries, LimitRecord } from './queries/limits.ts';
export type { LinkQueries } from './queries/links.ts';
export type { OutboxQueries, WakeUpCall } from './queries/outbox.ts';
export type { PointRecord } from './queries/point-record.ts';
export type { Candidate, CandidateCursor, PointFacts, PointQueries } from './queries/points.ts';
export type { CatalogPolicy, PolicyQueries } from './queries/policies.ts';
export type { ProtectedCopy, ProtectionLook, ProtectionQueries } from './queries/protection.ts';
export type { CatalogRegion, RegionQueries } from './queries/regions.ts';
export type { RestoreQueries } from './queries/restores.ts';
export type { DueCopy, DueCopyCursor, JudgedCopy, RetentionQueries, RetentionReview } from './queries/retention.ts';
export type { CurrentRulebook, HeldCopies, IllegalCopies, PolicyVersion, RulebookChange, RulebookQueries } from './queries/rulebook.ts';
export type { RunRecord } from './queries/run-record.ts';
export type { RunFilter, RunQueries } from './queries/runs.ts';
export type { WorkerQueries, WorkerRecord, WorkerReport } from './queries/workers.ts';
export type { CatalogOptions } from './query-context.ts';
