// biome-ignore lint/plugin/system-clock: other services use this client, and they have no Clock to hand in.
import { CbcrError, type Clock, systemClock } from '@cbcr/domain';
import { z } from 'zod';
import { ApiError, apiErrorSchema } from './api-error.ts';
import type {
  AddInstanceRequest,
  ApplyConfigRequest,
  BackupRequest,
  ConfirmDeletionsRequest,
  DeletePointRequest,
  GarbageSearchRequest,
  IssueTokenRequest,
  PlaceHoldRequest,
  PlanRequest,
  ProbeRequest,
  ReleaseHoldRequest,
  ReplicationRequest,
  RestoreRequest,
  RetentionPreviewRequest,
  RetentionRunRequest,
  RollbackRequest,
  SetLimitRequest,
  SimulationRequest,
  UnlockRequest,
  VerificationRequest,
} from './requests.ts';
import {
  type AuditChainView,
  type AuditEventView,
  type AuditVerificationView,
  auditChainViewSchema,
  auditEventViewSchema,
  auditVerificationViewSchema,
} from './views/audit.ts';
import { type ComplianceView, complianceViewSchema, type FrameworkView, frameworkViewSchema } from './views/compliance.ts';
import {
  type ConfirmationView,
  confirmationViewSchema,
  type DeletionView,
  deletionViewSchema,
  type PlannedDeletionView,
  plannedDeletionViewSchema,
  type RetentionRunView,
  retentionRunViewSchema,
} from './views/deletion.ts';
import { type GarbageCollectionView, type GarbageView, garbageCollectionViewSchema, garbageViewSchema } from './views/garbage.ts';
import {
  type CopyLockView,
  copyLockViewSchema,
  type HoldCheckView,
  type HoldView,
  holdCheckViewSchema,
  holdViewSchema,
} from './views/hold.ts';
import { type InstanceDetailView, type InstanceView, instanceDetailViewSchema, instanceViewSchema } from './views/instance.ts';
import { type IssuedTokenView, issuedTokenViewSchema } from './views/issued-token.ts';
import { type LimitView, limitViewSchema } from './views/limit.ts';
import { type PlanView, planViewSchema } from './views/plan.ts';
import { type PointView, pointViewSchema } from './views/point.ts';
import {
  type PolicyDocumentView,
  type PolicyExplanationView,
  type PolicyVersionView,
  policyDocumentViewSchema,
  policyExplanationViewSchema,
  policyVersionViewSchema,
  type RollbackView,
  rollbackViewSchema,
} from './views/policy.ts';
import { type RegionView, regionViewSchema } from './views/region.ts';
import { type RestorePlanView, restorePlanViewSchema } from './views/restore-plan.ts';
import {
  type RetentionExplanationView,
  type RetentionPreviewView,
  retentionExplanationViewSchema,
  retentionPreviewViewSchema,
} from './views/retention.ts';
import { type RunView, runViewSchema } from './views/run.ts';
import { type WaitOptions, waitForRun } from './wait-for-run.ts';

export interface ClientOptions {
  /** Base address of the scheduler, such as http://127.0.0.1:8420. */
  url: string;
  token: string;
  fetch?: typeof globalThis.fetch;
  /** A request that takes longer fails as `api.unreachable`. Default 30 s; what looks at the whole fleet may take ten times as long. */
  timeoutMs?: number;
  /** For tests. */
  clock?: Clock;
}

interface RunFilter {
  instance?: string | undefined;
  kind?: string | undefined;
  state?: string | undefined;
  limit?: number | undefined;
}

interface AuditFilter {
  subject?: string | undefined;
  action?: string | undefined;
  actor?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  before?: number | undefined;
  limit?: number | undefined;
}

interface DeletionFilter {
  from?: string | undefined;
  to?: string | undefined;
  instance?: string | undefined;
  after?: number | undefined;
  limit?: number | undefined;
}

/** One request per call (`waitForRun`: as many as it takes), no state. Every failure is an {@link ApiError}. A repeated `idempotencyKey` returns the first run. */
export interface CbcrClient {
  listRegions(): Promise<RegionView[]>;
  /** By id; live ones only, unless asked otherwise. */
  listInstances(filter?: { retired?: boolean | undefined }): Promise<InstanceView[]>;
  getInstance(id: string): Promise<InstanceDetailView>;
  addInstance(request: AddInstanceRequest): Promise<InstanceDetailView>;
  startBackup(request: BackupRequest, options?: { idempotencyKey?: string }): Promise<RunView>;
  planRestore(request: Omit<RestoreRequest, 'target' | 'jobs' | 'clean'>): Promise<RestorePlanView>;
  startRestore(request: RestoreRequest, options?: { idempotencyKey?: string }): Promise<RunView>;
  startReplication(request: ReplicationRequest, options?: { idempotencyKey?: string }): Promise<RunView>;
  startVerification(request: VerificationRequest, options?: { idempotencyKey?: string }): Promise<RunView>;
  /** Has a worker of the region try what its store can do. */
  startProbe(request: ProbeRequest, options?: { idempotencyKey?: string }): Promise<RunView>;
  /** Newest capture first. `cursor` is the id of the last point already seen. */
  listPoints(filter?: { instance?: string | undefined; limit?: number | undefined; cursor?: string | undefined }): Promise<PointView[]>;
  getPoint(id: string): Promise<PointView>;
  listRuns(filter?: RunFilter): Promise<RunView[]>;
  getRun(id: string): Promise<RunView>;
  /** Waiting runs end at once, running ones within seconds: wait for the run to see its end. */
  cancelRun(id: string): Promise<RunView>;
  /** Resolves with the run as it ended, whether it succeeded or not. A scheduler that is away for a while is waited for. */
  waitForRun(id: string, options?: WaitOptions): Promise<RunView>;
  listLimits(): Promise<LimitView[]>;
  /** Holds for all workers within a second, until it is reset by `limit: null`. */
  setLimit(name: string, request: SetLimitRequest): Promise<LimitView>;
  /** Has a worker of the region look for what dead attempts left in its store; joins the search that already does. */
  startGarbageSearch(request: GarbageSearchRequest, options?: { idempotencyKey?: string }): Promise<RunView>;
  /** What a search that succeeded has found. */
  getGarbage(search: string): Promise<GarbageView>;
  /** Starts the runs that remove what the search found and the deletion gate allows; each asks the gate again. Repeating it starts nothing twice. */
  collectGarbage(search: string): Promise<GarbageCollectionView>;
  /**
   * Copies that are marked as expiring, or being deleted, oldest first; of a period, all that were so at some moment of it. At most 1,000, those
   * after the one with the id `after`.
   */
  listDeletions(filter?: DeletionFilter): Promise<DeletionView[]>;
  /** What the deletion gate says; without `dryRun: false` nothing is marked. */
  deletePoint(point: string, request: DeletePointRequest): Promise<PlannedDeletionView[]>;
  /** A round of retention now; without `dryRun: false` nothing is marked and no run starts. */
  runRetention(request: RetentionRunRequest): Promise<RetentionRunView>;
  confirmDeletions(request: ConfirmDeletionsRequest): Promise<ConfirmationView>;
  applyConfig(request: ApplyConfigRequest): Promise<AppliedConfig>;
  /** Newest first, at most 500; those before the version `before`. */
  listPolicyVersions(filter?: { before?: number | undefined; limit?: number | undefined }): Promise<PolicyVersionView[]>;
  getPolicyVersion(version: number): Promise<PolicyDocumentView>;
  rollBackPolicies(request: RollbackRequest): Promise<RollbackView>;
  explainPolicy(instance: string): Promise<PolicyExplanationView>;
  /** What applying the text would change; changes nothing. */
  planPolicy(request: PlanRequest): Promise<PlanView>;
  /** What would be if; changes nothing. */
  simulatePolicy(request: SimulationRequest): Promise<PlanView>;
  /** Why each copy of an instance is kept, or expires. */
  explainRetention(instance: string): Promise<RetentionExplanationView>;
  /** Why each copy of a point is kept, or expires. */
  explainPointRetention(point: string): Promise<RetentionExplanationView>;
  /** What rules would do to the copies that exist; changes nothing. */
  previewRetention(request: RetentionPreviewRequest): Promise<RetentionPreviewView>;
  checkCompliance(filter?: {
    instance?: string | undefined;
    framework?: string | undefined;
    limit?: number | undefined;
  }): Promise<ComplianceView>;
  listFrameworks(): Promise<FrameworkView[]>;
  placeHold(request: PlaceHoldRequest): Promise<HoldView>;
  /** Newest first; without `all` those that protect something now. */
  listHolds(filter?: { all?: boolean | undefined }): Promise<HoldView[]>;
  getHold(id: string): Promise<HoldView>;
  /** A hold that is released already stays as it is. */
  releaseHold(id: string, request: ReleaseHoldRequest): Promise<HoldView>;
  /** What each hold covers now, and how far the stores are with it. */
  checkHolds(filter?: { hold?: string | undefined }): Promise<HoldCheckView>;
  /** Lets a worker lift the governance lock of one copy: an exception, which is recorded. Answers with the lock as it is known. */
  unlockCopy(point: string, request: UnlockRequest): Promise<CopyLockView>;
  /** Newest first. Moments are ISO 8601. */
  listAuditEvents(filter?: AuditFilter): Promise<AuditEventView[]>;
  /** In the order of the chain, at most 1,000 events after the one with the id `after`. */
  readAuditChain(period?: { from?: string; to?: string; after?: number }): Promise<AuditChainView>;
  /** Reads the whole trail, or that of a period, again. */
  verifyAudit(period?: { from?: string; to?: string; anchor?: string }): Promise<AuditVerificationView>;
  /** A token that ends by itself; only with the main token. */
  issueToken(request: IssueTokenRequest): Promise<IssuedTokenView>;
}

interface CallOptions {
  idempotencyKey?: string | undefined;
  /** How many times the usual time the answer may take. */
  patience?: number;
}
/** The scheduler reads every point of every instance before it answers. */
const ofFleet: CallOptions = { patience: 10 };
/** A chain of many millions of events. */
const ofChain: CallOptions = { patience: 60 };

/**
 * `changed`: whether there is a new version of the rules. Instances and limits may differ in any case. `retired`: instances that came from a file and that this one
 * does not name: nothing new is captured of them.
 */
export const appliedConfigSchema = z.object({
  regions: z.number(),
  policies: z.number(),
  instances: z.number(),
  version: z.number(),
  changed: z.boolean(),
  retired: z.array(z.string()),
});
export type AppliedConfig = z.infer<typeof appliedConfigSchema>;

export function createClient({ url, token, fetch = globalThis.fetch, timeoutMs = 30_000, clock = systemClock }: ClientOptions): CbcrClient {
  const base = url.replace(/\/+$/, '');

  async function call<T>(
    schema: z.ZodType<T>,
    method: string,
    path: string,
    body?: unknown,
    { idempotencyKey, patience = 1 }: CallOptions = {},
  ): Promise<T> {
    let response: Response;
    let payload: unknown;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        signal: AbortSignal.timeout(timeoutMs * patience),
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      payload = await response.json();
    } catch (error) {
      throw new ApiError(0, new CbcrError('api.unreachable', { url: base, cause: describeFetchFailure(error) }).toReport(), {
        cause: error,
      });
    }
    if (response.ok) return schema.parse(payload);
    const parsed = apiErrorSchema.safeParse(payload);
    if (parsed.success) throw new ApiError(response.status, parsed.data.error);
    const cause = `it answered ${response.status} without an explanation`;
    throw new ApiError(response.status, new CbcrError('api.unreachable', { url: base, cause }).toReport());
  }

  const id = encodeURIComponent;
  const getRun = (run: string) => call(runViewSchema, 'GET', `/v1/runs/${id(run)}`);
  return {
    listRegions: () => call(z.array(regionViewSchema), 'GET', '/v1/regions'),
    listInstances: (filter) => call(z.array(instanceViewSchema), 'GET', `/v1/instances${query(filter)}`),
    getInstance: (instance) => call(instanceDetailViewSchema, 'GET', `/v1/instances/${id(instance)}`),
    addInstance: (request) => call(instanceDetailViewSchema, 'POST', '/v1/instances', request),
    startBackup: (request, options) => call(runViewSchema, 'POST', '/v1/backups', request, options),
    planRestore: (request) => call(restorePlanViewSchema, 'POST', '/v1/restores/plan', request),
    startRestore: (request, options) => call(runViewSchema, 'POST', '/v1/restores', request, options),
    startReplication: (request, options) => call(runViewSchema, 'POST', '/v1/replications', request, options),
    startVerification: (request, options) => call(runViewSchema, 'POST', '/v1/verifications', request, options),
    startGarbageSearch: (request, options) => call(runViewSchema, 'POST', '/v1/garbage/searches', request, options),
    getGarbage: (search) => call(garbageViewSchema, 'GET', `/v1/garbage/searches/${id(search)}`),
    collectGarbage: (search) => call(garbageCollectionViewSchema, 'POST', `/v1/garbage/searches/${id(search)}/collection`),
    startProbe: (request, options) => call(runViewSchema, 'POST', '/v1/probes', request, options),
    listPoints: (filter) => call(z.array(pointViewSchema), 'GET', `/v1/points${query(filter)}`),
    getPoint: (point) => call(pointViewSchema, 'GET', `/v1/points/${id(point)}`),
    listRuns: (filter) => call(z.array(runViewSchema), 'GET', `/v1/runs${query(filter)}`),
    getRun,
    cancelRun: (run) => call(runViewSchema, 'POST', `/v1/runs/${id(run)}/cancel`),
    waitForRun: (run, options = {}) => waitForRun(run, getRun, clock, options),
    placeHold: (request) => call(holdViewSchema, 'POST', '/v1/holds', request),
    listHolds: (filter) => call(z.array(holdViewSchema), 'GET', `/v1/holds${query(filter)}`),
    getHold: (hold) => call(holdViewSchema, 'GET', `/v1/holds/${id(hold)}`),
    releaseHold: (hold, request) => call(holdViewSchema, 'POST', `/v1/holds/${id(hold)}/release`, request),
    checkHolds: (filter) => call(holdCheckViewSchema, 'GET', `/v1/holds/check${query(filter)}`, undefined, ofFleet),
    unlockCopy: (point, request) => call(copyLockViewSchema, 'POST', `/v1/points/${id(point)}/unlock`, request),
    listLimits: () => call(z.array(limitViewSchema), 'GET', '/v1/limits'),
    setLimit: (name, request) => call(limitViewSchema, 'PUT', `/v1/limits/${id(name)}`, request),
    listDeletions: (filter) => call(z.array(deletionViewSchema), 'GET', `/v1/deletions${query(filter)}`),
    deletePoint: (point, request) => call(z.array(plannedDeletionViewSchema), 'POST', `/v1/points/${id(point)}/deletion`, request),
    runRetention: (request) => call(retentionRunViewSchema, 'POST', '/v1/retention/runs', request, ofFleet),
    confirmDeletions: (request) => call(confirmationViewSchema, 'POST', '/v1/deletions/confirmations', request, ofFleet),
    applyConfig: (request) => call(appliedConfigSchema, 'POST', '/v1/config', request),
    listPolicyVersions: (filter) => call(z.array(policyVersionViewSchema), 'GET', `/v1/policy/versions${query(filter)}`),
    getPolicyVersion: (version) => call(policyDocumentViewSchema, 'GET', `/v1/policy/versions/${version}`),
    rollBackPolicies: (request) => call(rollbackViewSchema, 'POST', '/v1/policy/rollbacks', request),
    explainPolicy: (instance) => call(policyExplanationViewSchema, 'GET', `/v1/instances/${id(instance)}/policy`),
    planPolicy: (request) => call(planViewSchema, 'POST', '/v1/policy/plan', request, ofFleet),
    simulatePolicy: (request) => call(planViewSchema, 'POST', '/v1/policy/simulate', request, ofFleet),
    explainRetention: (instance) => call(retentionExplanationViewSchema, 'GET', `/v1/instances/${id(instance)}/retention`),
    explainPointRetention: (point) => call(retentionExplanationViewSchema, 'GET', `/v1/points/${id(point)}/retention`),
    previewRetention: (request) => call(retentionPreviewViewSchema, 'POST', '/v1/retention/preview', request, ofFleet),
    checkCompliance: (filter) => call(complianceViewSchema, 'GET', `/v1/compliance${query(filter)}`, undefined, ofFleet),
    listFrameworks: () => call(z.array(frameworkViewSchema), 'GET', '/v1/compliance/frameworks'),
    listAuditEvents: (filter) => call(z.array(auditEventViewSchema), 'GET', `/v1/audit${query(filter)}`),
    readAuditChain: (period) => call(auditChainViewSchema, 'GET', `/v1/audit/chain${query(period)}`),
    verifyAudit: (period) => call(auditVerificationViewSchema, 'GET', `/v1/audit/verification${query(period)}`, undefined, ofChain),
    issueToken: (request) => call(issuedTokenViewSchema, 'POST', '/v1/tokens', request),
  };
}

function query(filter: object = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(filter)) if (value !== undefined) parameters.set(key, String(value));
  return parameters.size === 0 ? '' : `?${parameters}`;
}

/** `fetch failed` says nothing; its cause does (ECONNREFUSED and the like). */
function describeFetchFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
