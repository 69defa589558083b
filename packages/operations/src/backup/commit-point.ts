import { encodeManifest, putManifest } from '@cbcr/blobstore';
import type { CapturedCopy, PointRecord } from '@cbcr/catalog';
import { CbcrError, type Reason, type RegionId, toCbcrError } from '@cbcr/domain';
import type { SourceFacts } from '@cbcr/engines';
import type { RunContext } from '@cbcr/jobs';
import { nextAttemptAt } from '@cbcr/policy';
import { type DecisionFacts, keyIdOf } from '../decision-facts.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { findObjection } from '../placement-guard.ts';
import type { CapturedPoint } from './capture-point.ts';
import { createCommitDeadline } from './commit-deadline.ts';
import type { BackupTargets } from './open-targets.ts';
import { requireSynchronousMinimum, synchronousMinimumOf } from './synchronous-minimum.ts';

/**
 * Writes the manifest into every region that holds all segments, then tells the catalog: the manifest is the commit point of a copy, the
 * catalog's transaction that of the point. A region that fails now is a debt like one that failed earlier.
 */
export async function commitPoint(
  deps: OperationDependencies,
  context: RunContext<unknown>,
  { facts, source, captured, targets }: { facts: DecisionFacts; source: SourceFacts; captured: CapturedPoint; targets: BackupTargets },
): Promise<PointRecord> {
  const { run, epoch, signal } = context;
  // A worker that was taken over meanwhile must not leave a manifest behind that looks like a commit.
  await deps.catalog.ledger.heartbeat(run.id, epoch, null);
  const { point, dataKey, streams, engineFacts, outcomes } = captured;
  const { instance } = facts;
  const encoded = encodeManifest(
    {
      point: point.id,
      instance: { id: instance.id, engine: instance.engine, dataClass: instance.dataClass, labels: instance.labels },
      source: { serverVersion: source.serverVersion, toolVersion: source.toolVersion, facts: engineFacts },
      capturedAt: point.capturedAt.toISOString(),
      completedAt: deps.clock.now().toISOString(),
      policyHash: facts.policyHash,
      encryption: await wrapDataKey(deps, facts, captured),
      streams,
    },
    dataKey,
  );

  // A region that is away is waited for, not retried: its copy is due as soon as the region is up.
  const retryAt = (error: CbcrError | null) => (error?.treatment === 'outage' ? null : nextAttemptAt(1, deps.clock.now()));
  const deadline = createCommitDeadline(deps.clock, synchronousMinimumOf(facts), deps.tuning.lagToleranceMs);
  const inTime = AbortSignal.any([signal, deadline.signal]);
  const commits = outcomes.map(async (outcome): Promise<CapturedCopy> => {
    const { region } = outcome;
    const target = targets.open.find((candidate) => candidate.region === region);
    // Asked first: a region that became forbidden on the way was detached by its guard, and this is the rule behind it.
    const objection = await findObjection(deps, instance, target?.opened ?? { id: region }, 'data');
    if (objection !== null) return owed(outcome, objection, null);
    if (outcome.state !== 'complete' || target === undefined) return owed(outcome, outcome.reason ?? incomplete, retryAt(outcome.error));
    try {
      await putManifest(target.store, encoded.bytes, { instance: instance.id, point: point.id, signal: inTime });
      deadline.count();
    } catch (error) {
      signal.throwIfAborted();
      const known = toCbcrError(error);
      if (deadline.signal.aborted)
        return owed(outcome, { rule: 'too-slow', text: `its manifest was not stored: ${known.message}` }, retryAt(null));
      return owed(outcome, { rule: 'store-failed', text: known.message }, retryAt(known));
    }
    const reason = { rule: 'captured', text: 'every segment and the manifest are stored; not yet read back' };
    return { region, state: 'stored', reason, storedBytes: encoded.manifest.totals.storedBytes };
  });
  const absent = targets.absent.map(({ region, reason }) => owed({ region, storedBytes: 0 }, reason, null));
  const copies = [...(await Promise.all(commits).finally(deadline.end)), ...absent];
  const [stored, missing] = [copies.filter((copy) => copy.state === 'stored'), copies.filter((copy) => copy.state !== 'stored')];
  requireSynchronousMinimum(facts, stored.length, missing);

  const { plaintextBytes, storedBytes } = encoded.manifest.totals;
  const keyIds = encoded.manifest.encryption?.wrappedKeys.map(({ keyId }) => keyId) ?? [];
  const content = { plaintextBytes, storedBytes, manifestSha256: encoded.sha256, keyIds };
  const complete = { point: point.id, run: run.id, epoch, ...content, copies };
  const committed = await deps.catalog.points.complete(complete);
  context.log.child({ recoveryPoint: point.id }).info({ plaintextBytes, storedBytes, copies }, 'the point is complete');
  return committed;
}

const incomplete: Reason = { rule: 'segments-missing', text: 'not every segment is stored' };

function owed(at: { region: RegionId; storedBytes: number }, reason: Reason, nextAttempt: Date | null): CapturedCopy {
  return { region: at.region, state: 'failed', reason, storedBytes: at.storedBytes, nextAttemptAt: nextAttempt };
}

/**
 * The one data key, wrapped for every placed region whose key may protect this data now, after the capture: also for one that is down, whose copy
 * comes later.
 */
async function wrapDataKey(deps: OperationDependencies, facts: DecisionFacts, { point, dataKey }: CapturedPoint) {
  if (dataKey === null) return null;
  const placed = await Promise.all(
    facts.placement.placed.map(async ({ region }) => ({
      region,
      objection: await findObjection(deps, facts.instance, { id: region }, 'key'),
    })),
  );
  const named = placed.flatMap(({ region, objection }) => (objection === null ? (keyIdOf(facts, region) ?? []) : []));
  if (named.length === 0) {
    const cause = placed.flatMap(({ region, objection }) => (objection === null ? [] : [`${region}: ${objection.text}`])).join('; ');
    throw new CbcrError('placement.region-forbidden', {
      region: facts.instance.home,
      instance: facts.instance.id,
      cause: `no key may be used, ${cause}`,
    });
  }
  const wrappedKeys = await Promise.all(
    [...new Set(named)].map(async (keyId) => ({ keyId, wrapped: await deps.keys.wrap({ keyId, point: point.id, dataKey }) })),
  );
  return { algorithm: 'aes-256-gcm' as const, wrappedKeys };
}
