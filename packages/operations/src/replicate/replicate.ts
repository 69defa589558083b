import { copySegments, putManifest, withLock } from '@cbcr/blobstore';
import { toCbcrError } from '@cbcr/domain';
import type { JobHandler, JobKinds, ParamsOf, ResultOf, RunContext } from '@cbcr/jobs';
import { damageRules, locksOf, nextAttemptAt, wantedLock } from '@cbcr/policy';
import { readDecisionFacts, regionOf } from '../decision-facts.ts';
import { instanceOf } from '../instance-of.ts';
import { openSources } from '../open-sources.ts';
import { traffic } from '../open-throttled.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { requireAllowedRegion } from '../placement-guard.ts';
import { keepThroughput } from '../probe/measure-links.ts';
import { readPointManifest } from '../read-point-manifest.ts';
import { createResidencyGuard, withResidencyGuard } from '../residency-guard.ts';
import { createSourceDoubts, type SourceDoubts } from '../source-doubts.ts';
import { findUsedExceptions } from '../used-exceptions.ts';

type Params = ParamsOf<JobKinds['replicate']>;
type Result = ResultOf<JobKinds['replicate']>;

/**
 * Makes the copy of a point in this region from the best other copies, segment by segment: what an earlier attempt or a detached capture
 * left here is read, hashed and kept. The bytes are not decrypted on the way. The manifest comes last; verification follows as its own run.
 * Damage is met in sources alone, what is damaged here is replaced, so it never becomes the reason that this copy is called damaged.
 */
export function createReplicate(deps: OperationDependencies): JobHandler<Params, Result> {
  return async (context) => {
    const { run, params, epoch, signal } = context;
    const point = await deps.catalog.points.get(params.point);
    const existing = point.copies.find((copy) => copy.region === params.target);
    if (existing?.state === 'stored' || existing?.state === 'verified') {
      return { source: [], movedBytes: 0, presentBytes: existing.storedBytes };
    }
    const at = { point: point.id, region: params.target, run: run.id, epoch };
    const doubts = createSourceDoubts(deps.catalog, point, context.log);
    try {
      await requireAllowedRegion(deps, { id: point.instance }, { id: params.target }, 'data');
      return await makeCopy(deps, context, doubts);
    } catch (error) {
      signal.throwIfAborted();
      const known = toCbcrError(error);
      const reason = { rule: damageRules.includes(known.code) ? 'source-damaged' : known.code, text: known.message };
      if (known.code === 'placement.region-forbidden') {
        await deps.catalog.copies.markBlocked({ ...at, reason, nextAttemptAt: null });
      } else if (known.treatment === 'never' || known.treatment === 'attempt') {
        // The run may end here; then the debt says when the reconciler may start another.
        await deps.catalog.copies.markFailed({
          ...at,
          reason,
          nextAttemptAt: nextAttemptAt((existing?.attempts ?? 0) + 1, deps.clock.now()),
        });
      }
      throw error;
    } finally {
      await doubts.settle();
    }
  };
}

async function makeCopy(
  deps: OperationDependencies,
  { run, params, epoch, signal, log, progress }: RunContext<Params>,
  doubts: SourceDoubts,
): Promise<Result> {
  const at = { point: params.point, region: params.target, run: run.id, epoch };
  const facts = await readDecisionFacts(deps, instanceOf(run));
  const point = await deps.catalog.points.get(params.point);
  const opened = await openSources(deps, facts, point, params.target, traffic.replicate);
  log.info({ ranking: opened.ranking }, 'sources are ranked');
  const { manifest, bytes, sources } = await readPointManifest(deps, opened, point, { keys: null, signal, log, doubts });
  const region = regionOf(facts, params.target);
  const guard = createResidencyGuard(deps, { id: point.instance }, region, 'data', signal);
  const demanded = locksOf(facts.rulebook, facts.instance)(region.id);
  const lock = wantedLock(demanded, point.capturedAt.getTime(), facts.now, deps.tuning.longestLockMs);
  const target = { region: region.id, store: withLock(withResidencyGuard(await deps.openStore(region), guard), lock) };

  const begun = `the copy is made from ${sources.map((source) => source.region).join(', then ')}`;
  await deps.catalog.copies.startCopying({ ...at, reason: { rule: 'replicating', text: begun } });
  for (const { exception, region, reason } of findUsedExceptions(facts, [params.target])) {
    const used = { purpose: 'copy', instance: point.instance, point: point.id, region, run: run.id, reason };
    await deps.catalog.audit.append({ actor: `run:${run.id}`, action: 'exception.used', subject: exception, facts: used });
  }
  const beganMs = deps.clock.monotonicMs();
  const copied = await copySegments({
    manifest,
    sources,
    target,
    clock: deps.clock,
    concurrency: deps.tuning.readAhead,
    segmentBuffers: deps.segmentBuffers,
    stallTimeoutMs: deps.tuning.stallTimeoutMs,
    signal,
    onEvent: (event) => {
      log.warn({ ...event, error: event.error.toReport() }, 'a source could not give a segment');
      doubts.note(event.region, event.error);
    },
    onProgress: ({ movedBytes, presentBytes, totalBytes }) =>
      progress({ phase: 'replicate', doneBytes: movedBytes + presentBytes, totalBytes, note: 'stored bytes' }),
  });
  await keepThroughput(deps, {
    sources: [...copied.segmentsFrom.keys()].map((id) => regionOf(facts, id)),
    to: region.id,
    bytes: copied.movedBytes,
    elapsedMs: deps.clock.monotonicMs() - beganMs,
  });
  await requireAllowedRegion(deps, { id: point.instance }, region, 'data');
  // A worker that was taken over meanwhile must not leave a manifest behind that looks like a commit.
  await deps.catalog.ledger.heartbeat(run.id, epoch, null);
  const expectedSha256 = point.manifestSha256 ?? undefined;
  await putManifest(target.store, bytes, { instance: point.instance, point: point.id, expectedSha256, signal });
  await deps.catalog.copies.markStored({
    ...at,
    storedBytes: manifest.totals.storedBytes,
    reason: { rule: 'replicated', text: 'every segment and the manifest are stored; not yet read back' },
  });
  return { source: [...copied.segmentsFrom.keys()], movedBytes: copied.movedBytes, presentBytes: copied.presentBytes };
}
