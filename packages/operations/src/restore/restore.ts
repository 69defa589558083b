import { readStream } from '@cbcr/blobstore';
import { CbcrError, type RegionId } from '@cbcr/domain';
import type { RestoreStream } from '@cbcr/engines';
import type { JobHandler, JobKinds, ParamsOf, ResultOf } from '@cbcr/jobs';
import { checkRestoreTarget, type SourceRanking } from '@cbcr/policy';
import { readDecisionFacts, regionOf } from '../decision-facts.ts';
import { engineOf } from '../engine-of.ts';
import { type OpenSources, openSources } from '../open-sources.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { type PointManifest, readPointManifest } from '../read-point-manifest.ts';
import { withScratchFolder } from '../scratch-folder.ts';

type Result = ResultOf<JobKinds['restore']>;
type RestoreHandler = JobHandler<ParamsOf<JobKinds['restore']>, Result>;

/**
 * Brings a point into an empty target from the best copies. Every byte is checked before the engine sees it; a segment that one source
 * cannot give comes from the next, so a restore survives the loss of its source. Never deletes or expires anything (I4).
 */
export function createRestore(deps: OperationDependencies): RestoreHandler {
  return async (context) => {
    const { run, params, signal, log, progress } = context;
    const facts = await readDecisionFacts(deps, run.instance);
    const verdict = checkRestoreTarget({ instance: facts.instance, policy: facts.policy, region: regionOf(facts, params.to) });
    if (!verdict.allowed) {
      throw new CbcrError('placement.region-forbidden', { region: params.to, instance: run.instance, cause: verdict.reason.text });
    }
    const point = await deps.catalog.points.get(params.point);
    const opened = await openSources(deps, facts, point, params.to);
    log.info({ ranking: opened.ranking }, 'sources are ranked');
    const manifest = await readPointManifest(opened, point, { keys: deps.keys, signal, log });
    const engine = engineOf(deps, point.engine);
    const target = await deps.resolveConnection(params.target);

    const totalBytes = manifest.manifest.totals.plaintextBytes;
    const segmentsFrom = new Map<RegionId, number>();
    let doneBytes = 0;
    const streams = openStreams(deps, opened, manifest, {
      signal,
      onSegment: ({ region, plaintextBytes }) => {
        segmentsFrom.set(region, (segmentsFrom.get(region) ?? 0) + 1);
        doneBytes += plaintextBytes;
        progress({ phase: 'restore', doneBytes, totalBytes, note: `from ${[...segmentsFrom.keys()].join(', ')}` });
      },
      onTrouble: (facts) => log.warn(facts, 'a source could not give a segment'),
    });
    await withScratchFolder(deps.scratchFolder, run, async (scratchFolder) => {
      const note = (message: string, noted: Record<string, unknown> = {}) => log.info(noted, message);
      const source = { engine: point.engine, facts: manifest.manifest.source.facts, streams };
      const engineContext = { signal, scratchFolder, note };
      await engine.checkTarget(target, engineContext);
      await engine.restore(target, source, engineContext, { jobs: params.jobs });
    });
    return { plaintextBytes: totalBytes, ranking: flatten(opened.ranking), segmentsFrom: Object.fromEntries(segmentsFrom) };
  };
}

interface StreamWatch {
  signal: AbortSignal;
  onSegment(segment: { region: RegionId; plaintextBytes: number }): void;
  onTrouble(facts: object): void;
}

function openStreams(
  deps: OperationDependencies,
  { sources }: OpenSources,
  { manifest, dataKey }: PointManifest,
  { signal, onSegment, onTrouble }: StreamWatch,
): RestoreStream[] {
  return manifest.streams.map(({ name, plaintextBytes }) => ({
    name,
    plaintextBytes,
    open: () =>
      readStream({
        manifest,
        sources,
        stream: name,
        dataKey,
        clock: deps.clock,
        concurrency: deps.tuning.readAhead,
        stallTimeoutMs: deps.tuning.stallTimeoutMs,
        signal,
        onSegment,
        onEvent: (event) => onTrouble({ ...event, error: event.error.toReport() }),
      }).readable,
  }));
}

function flatten({ ranking, excluded }: SourceRanking): Result['ranking'] {
  return [
    ...ranking.map(({ region, rank, reasons }) => ({ region, rank, reason: reasons.map((reason) => reason.text).join('; ') })),
    ...excluded.map(({ region, reason }) => ({ region, rank: null, reason: reason.text })),
  ];
}
