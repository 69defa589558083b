import { Readable } from 'node:stream';
import { readStream, type SegmentEvent } from '@cbcr/blobstore';
import type { PointRecord } from '@cbcr/catalog';
import { CbcrError, type RegionId } from '@cbcr/domain';
import type { RestoreStream } from '@cbcr/engines';
import type { JobHandler, JobKinds, ParamsOf, ResultOf, RunContext } from '@cbcr/jobs';
import { checkRestoreTarget, type SourceRanking } from '@cbcr/policy';
import { type DecisionFacts, readDecisionFacts, regionOf } from '../decision-facts.ts';
import { engineOf } from '../engine-of.ts';
import { instanceOf } from '../instance-of.ts';
import { type OpenSources, openSources } from '../open-sources.ts';
import { traffic } from '../open-throttled.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { requireAllowedRegion } from '../placement-guard.ts';
import { type PointManifest, readPointManifest } from '../read-point-manifest.ts';
import { purposeOf } from '../requests/decide-restore.ts';
import { askForEach, createResidencyGuard, type ResidencyGuard } from '../residency-guard.ts';
import { withScratchFolder } from '../scratch-folder.ts';
import { createSourceDoubts, type SourceDoubts } from '../source-doubts.ts';
import { refuseToEmptySource } from './refuse-to-empty-source.ts';
import { findRestored, keepCheckpoint } from './restore-checkpoint.ts';
import { createRestoreTrail, type RestoreTrail } from './restore-trail.ts';

type Result = ResultOf<JobKinds['restore']>;
type Params = ParamsOf<JobKinds['restore']>;
type RestoreHandler = JobHandler<Params, Result>;

/**
 * Brings a point into an empty target from the best copies. Every byte is checked before the engine sees it; a segment that one source
 * cannot give comes from the next, so a restore survives the loss of its source. Never deletes or expires a copy (I4); only what the target holds, and
 * only when its name confirms it. A start that finds the target completed by an earlier one has nothing left to do (I6).
 */
export function createRestore(deps: OperationDependencies): RestoreHandler {
  return async (context) => {
    const trail = createRestoreTrail(deps, context);
    try {
      const result = await restorePoint(deps, context, trail);
      await trail.finished(result);
      return result;
    } catch (error) {
      await trail.ended(error);
      throw error;
    }
  };
}

async function restorePoint(deps: OperationDependencies, context: RunContext<Params>, trail: RestoreTrail): Promise<Result> {
  const { run, params, log } = context;
  const point = await deps.catalog.points.get(params.point);
  const earlier = await findRestored(deps, context, engineOf(deps, point.engine));
  if (earlier !== null) return earlier;

  const facts = await readDecisionFacts(deps, instanceOf(run));
  const purpose = purposeOf(params);
  const verdict = checkRestoreTarget({ ...facts, region: regionOf(facts, params.to), purpose });
  if (!verdict.allowed) {
    throw new CbcrError('placement.region-forbidden', { region: params.to, instance: instanceOf(run), cause: verdict.reason.text });
  }
  // The facts know regions that are no longer listed, because copies may be there; nothing is written to them.
  await requireAllowedRegion(deps, { id: instanceOf(run) }, { id: params.to }, purpose);
  const opened = await openSources(deps, facts, point, params.to, traffic.restore);
  log.info({ ranking: opened.ranking }, 'sources are ranked');
  const doubts = createSourceDoubts(deps.catalog, point, log);
  try {
    return await restoreFrom(deps, context, { facts, point, opened, doubts, begin: () => trail.started(verdict) });
  } finally {
    await doubts.settle();
  }
}

interface RestoreInput {
  facts: DecisionFacts;
  point: PointRecord;
  opened: OpenSources;
  doubts: SourceDoubts;
  /** Called right before the target is written. */
  begin(): Promise<void>;
}

async function restoreFrom(
  deps: OperationDependencies,
  context: RunContext<Params>,
  { facts, point, opened, doubts, begin }: RestoreInput,
): Promise<Result> {
  const { run, params, epoch, signal, log, progress } = context;
  const manifest = await readPointManifest(deps, opened, point, { keys: deps.keys, signal, log, doubts });
  const engine = engineOf(deps, point.engine);
  const target = await deps.resolveConnection(params.target);

  const totalBytes = manifest.manifest.totals.plaintextBytes;
  const segmentsFrom = new Map<RegionId, number>();
  let doneBytes = 0;
  const result = (): Result => ({
    plaintextBytes: totalBytes,
    ranking: flatten(opened.ranking),
    segmentsFrom: Object.fromEntries(segmentsFrom),
  });
  const streams = openStreams(deps, manifest, {
    signal,
    guard: createResidencyGuard(deps, facts.instance, { id: params.to }, purposeOf(params), signal),
    onSegment: ({ region, plaintextBytes }) => {
      segmentsFrom.set(region, (segmentsFrom.get(region) ?? 0) + 1);
      doneBytes += plaintextBytes;
      progress({ phase: 'restore', doneBytes, totalBytes, note: `from ${[...segmentsFrom.keys()].join(', ')}` });
    },
    onTrouble: (event) => {
      log.warn({ ...event, error: event.error.toReport() }, 'a source could not give a segment');
      doubts.note(event.region, event.error);
    },
  });
  await withScratchFolder(deps.scratchFolder, run, async (scratchFolder) => {
    const note = (message: string, noted: Record<string, unknown> = {}) => log.info(noted, message);
    const source = { engine: point.engine, facts: manifest.manifest.source.facts, streams };
    const engineContext = { signal, scratchFolder, note };
    const owner = { id: run.id, attempt: epoch };
    if (params.clean !== undefined) await refuseToEmptySource(deps, facts, target);
    await engine.checkTarget(target, engineContext, { clean: params.clean, owner, facts: source.facts });
    await begin();
    const beforeComplete = async (receipt: string) => {
      await requireAllowedRegion(deps, facts.instance, { id: params.to }, purposeOf(params));
      await keepCheckpoint(deps, context, { receipt, result: result() });
    };
    await engine.restore(target, source, engineContext, { jobs: params.jobs, clean: params.clean, owner, beforeComplete });
  });
  return result();
}

interface StreamWatch {
  signal: AbortSignal;
  guard: ResidencyGuard;
  onSegment(segment: { region: RegionId; plaintextBytes: number }): void;
  onTrouble(event: SegmentEvent): void;
}

function openStreams(
  deps: OperationDependencies,
  { manifest, dataKey, sources }: PointManifest,
  { signal, guard, onSegment, onTrouble }: StreamWatch,
): RestoreStream[] {
  return manifest.streams.map(({ name, plaintextBytes }) => ({
    name,
    plaintextBytes,
    open: () => {
      const { readable } = readStream({
        manifest,
        sources,
        stream: name,
        dataKey,
        clock: deps.clock,
        concurrency: deps.tuning.readAhead,
        segmentBuffers: deps.segmentBuffers,
        stallTimeoutMs: deps.tuning.stallTimeoutMs,
        signal,
        onSegment,
        onEvent: onTrouble,
      });
      return Readable.from(askForEach(guard, readable), { objectMode: false, highWaterMark: 1 });
    },
  }));
}

function flatten({ ranking, excluded }: SourceRanking): Result['ranking'] {
  return [
    ...ranking.map(({ region, rank, reasons }) => ({ region, rank, reason: reasons.map((reason) => reason.text).join('; ') })),
    ...excluded.map(({ region, reason }) => ({ region, rank: null, reason: reason.text })),
  ];
}
