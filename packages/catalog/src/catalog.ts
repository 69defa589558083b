import type { Channel } from './channels.ts';
import type { ConnectionSettings } from './connect.ts';
import { withinDeadline } from './deadline.ts';
import { type Leadership, tryLead } from './leader.ts';
import { createListener, type NotificationHandler } from './listener.ts';
import { readVersion, wantedSchemaVersion } from './migration/schema-version.ts';
import { type ApplyConfig, type ApplyRulebook, createApplyConfig, createApplyRulebook } from './queries/apply-config.ts';
import { type AuditQueries, createAuditQueries } from './queries/audit-trail.ts';
import { type CapabilityQueries, createCapabilityQueries } from './queries/capabilities.ts';
import { type ClockWatchQueries, createClockWatchQueries } from './queries/clock-watch.ts';
import { type CopyQueries, createCopyQueries } from './queries/copies.ts';
import { createDeletionConfirmationQueries, type DeletionConfirmationQueries } from './queries/deletion-confirmations.ts';
import type { DeletionQueries } from './queries/deletion-queries.ts';
import { createDeletionQueries } from './queries/deletions.ts';
import { createHoldingQueries, type HoldingQueries } from './queries/holdings.ts';
import { createHoldQueries, type HoldQueries } from './queries/holds.ts';
import { createInstanceQueries, type InstanceQueries } from './queries/instances.ts';
import { createLedgerQueries, type LedgerQueries } from './queries/ledger.ts';
import { createLimitQueries, type LimitQueries } from './queries/limits.ts';
import { createLinkQueries, type LinkQueries } from './queries/links.ts';
import { createOutboxQueries, type OutboxQueries } from './queries/outbox.ts';
import { createPointQueries, type PointQueries } from './queries/points.ts';
import { createPolicyQueries, type PolicyQueries } from './queries/policies.ts';
import { createProtectionQueries, type ProtectionQueries } from './queries/protection.ts';
import { createRegionQueries, type RegionQueries } from './queries/regions.ts';
import { createRestoreQueries, type RestoreQueries } from './queries/restores.ts';
import { createRetentionQueries, type RetentionQueries } from './queries/retention.ts';
import { createRulebookQueries, type RulebookQueries } from './queries/rulebook.ts';
import { createRunQueries, type RunQueries } from './queries/runs.ts';
import { createWorkerQueries, type WorkerQueries } from './queries/workers.ts';
import { type CatalogOptions, createQueryContext } from './query-context.ts';
import { translateError } from './translate-error.ts';

/** Every method may throw `catalog.unreachable` besides the errors that it names. */
export interface Catalog {
  regions: RegionQueries;
  capabilities: CapabilityQueries;
  links: LinkQueries;
  policies: PolicyQueries;
  instances: InstanceQueries;
  runs: RunQueries;
  ledger: LedgerQueries;
  points: PointQueries;
  holdings: HoldingQueries;
  holds: HoldQueries;
  protection: ProtectionQueries;
  copies: CopyQueries;
  deletions: DeletionQueries;
  deletionConfirmations: DeletionConfirmationQueries;
  clockWatch: ClockWatchQueries;
  outbox: OutboxQueries;
  workers: WorkerQueries;
  audit: AuditQueries;
  limits: LimitQueries;
  restores: RestoreQueries;
  retention: RetentionQueries;
  applyConfig: ApplyConfig;
  applyRulebook: ApplyRulebook;
  rulebook: RulebookQueries;
  /** Null when somebody else leads. */
  tryLead(name: string): Promise<Leadership | null>;
  /** Hears of changes, from any process, until the returned function is called. Reconnects by itself. */
  listen(channel: Channel, handler: NotificationHandler): () => void;
  /** Whether the catalog answers and has this version's schema; the reason when it does not. */
  isReady(): Promise<{ ready: boolean; reason: string | null }>;
  /** The time of the server; for {@link createCatalogClock}. */
  now(): Promise<Date>;
  /** Waits for queries under way for some seconds, then ends all connections. Leaderships are released by their holders. */
  close(): Promise<void>;
}

/** Connects lazily: nothing is asked of the server before the first query. */
export function openCatalog(options: CatalogOptions): Catalog {
  const context = createQueryContext(options);
  const single: ConnectionSettings = {
    url: options.url,
    applicationName: options.applicationName,
    statementTimeoutMs: 10_000,
    lockTimeoutMs: 5_000,
  };
  const listener = createListener(single, options.clock, options.onError);
  return {
    regions: createRegionQueries(context),
    capabilities: createCapabilityQueries(context),
    links: createLinkQueries(context),
    policies: createPolicyQueries(context),
    instances: createInstanceQueries(context),
    runs: createRunQueries(context),
    ledger: createLedgerQueries(context),
    points: createPointQueries(context),
    holdings: createHoldingQueries(context),
    holds: createHoldQueries(context),
    protection: createProtectionQueries(context),
    copies: createCopyQueries(context),
    deletions: createDeletionQueries(context),
    deletionConfirmations: createDeletionConfirmationQueries(context),
    clockWatch: createClockWatchQueries(context),
    outbox: createOutboxQueries(context),
    workers: createWorkerQueries(context),
    audit: createAuditQueries(context),
    limits: createLimitQueries(context),
    restores: createRestoreQueries(context),
    retention: createRetentionQueries(context),
    applyConfig: createApplyConfig(context),
    applyRulebook: createApplyRulebook(context),
    rulebook: createRulebookQueries(context),
    tryLead: (name) => tryLead(name, single, options.clock),
    listen: listener.listen,
    async isReady() {
      try {
        const { version, strange } = await withinDeadline(
          options.clock,
          5_000,
          context.withSession(({ client }) => readVersion(client)),
        );
        const wanted = wantedSchemaVersion();
        if (version === wanted && strange === null) return { ready: true, reason: null };
        return { ready: false, reason: `schema version ${version} instead of ${wanted}${strange === null ? '' : `, ${strange}`}` };
      } catch (error) {
        const failure = translateError(error);
        return { ready: false, reason: failure instanceof Error ? failure.message : String(failure) };
      }
    },
    now: () =>
      context.withSession(async ({ client }) => {
        // Since 1970 in milliseconds: drizzle has taught the client to leave dates as they are written.
        const [row] = await client<{ ms: number }[]>`select extract(epoch from clock_timestamp())::float8 * 1000 as ms`;
        return new Date(row?.ms ?? Number.NaN);
      }),
    async close() {
      await listener.close();
      await context.end();
    },
  };
}
