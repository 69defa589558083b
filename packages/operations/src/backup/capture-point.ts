import { createFanOut, DataKey, encodeStream, type FanOut, type FanOutOutcome, type ManifestStream } from '@cbcr/blobstore';
import type { PointRecord } from '@cbcr/catalog';
import { CbcrError, toCbcrError } from '@cbcr/domain';
import type { Capture, SourceFacts } from '@cbcr/engines';
import type { RunContext } from '@cbcr/jobs';
import { type DecisionFacts, keyIdOf } from '../decision-facts.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { findUsedExceptions } from '../used-exceptions.ts';
import type { BackupTargets } from './open-targets.ts';
import { requireSynchronousMinimum, synchronousMinimumOf } from './synchronous-minimum.ts';

export interface CapturedPoint {
  point: PointRecord;
  /** Null when none of the placed regions names a key. */
  dataKey: DataKey | null;
  streams: ManifestStream[];
  /** What the engine wants to know again at restore time. */
  engineFacts: Record<string, string>;
  outcomes: FanOutOutcome[];
}

/** Reads the source once and stores its segments in every target. When it throws, the point is failed and its segments are garbage. */
export async function capturePoint(
  deps: OperationDependencies,
  runContext: RunContext<unknown>,
  { facts, source, capture, targets }: { facts: DecisionFacts; source: SourceFacts; capture: Capture; targets: BackupTargets },
): Promise<CapturedPoint> {
  const { run, epoch, signal } = runContext;
  const point = await deps.catalog.points.begin({
    run: run.id,
    epoch,
    instance: facts.instance.id,
    engine: facts.instance.engine,
    capturedAt: capture.capturedAt,
    policyHash: facts.policyHash,
    placement: facts.placement,
    synchronousMinimum: facts.policy.placement.synchronousMinimum,
    exceptions: findUsedExceptions(facts),
  });
  const context = { ...runContext, log: runContext.log.child({ recoveryPoint: point.id }) };
  context.log.info({ regions: targets.open.map((target) => target.region), absent: targets.absent }, 'capture begins');

  const fanOut = createFanOut({
    instance: facts.instance.id,
    point: point.id,
    targets: targets.open,
    clock: deps.clock,
    windowBytes: deps.tuning.windowBytes,
    lagToleranceMs: deps.tuning.lagToleranceMs,
    minimumAttached: synchronousMinimumOf(facts),
    signal,
    onEvent: (event) => {
      if (event.type === 'detached')
        context.log.warn({ detached: event.region, reason: event.reason }, 'the capture goes on without a region');
    },
  });
  try {
    const dataKey = usesEncryption(facts) ? DataKey.generate(deps.randomBytes) : null;
    const streams: ManifestStream[] = [];
    let plaintextBytes = 0;
    for (const { name, open, freshPieces } of capture.streams) {
      const encoded = encodeStream(open(), {
        point: point.id,
        stream: name,
        dataKey,
        newWriteToken: deps.ids.writeToken,
        randomBytes: deps.randomBytes,
        segmentBytes: deps.tuning.segmentBytes,
        segmentBuffers: deps.segmentBuffers,
        freePieces: freshPieces,
        signal,
      });
      for await (const segment of encoded) {
        await fanOut.write(segment);
        requireSynchronousMinimum(facts, countAttached(fanOut), [...targets.absent, ...fanOut.outcomes()]);
        plaintextBytes += segment.plaintextBytes;
        report(context, fanOut, targets, `capture ${name}`, plaintextBytes, source.estimatedBytes);
      }
      streams.push(encoded.summary());
    }
    // Only now is it known that the dump is whole; before this line a truncated one could not be told from a complete one.
    const engineFacts = await capture.finish();
    // Uploads may take longer than the source should be held: its snapshot and its locks go now. Disposing again later is harmless.
    await capture.dispose();
    report(context, fanOut, targets, 'store', plaintextBytes, plaintextBytes);
    await fanOut.finish();
    requireSynchronousMinimum(facts, countAttached(fanOut), [...targets.absent, ...fanOut.outcomes()]);
    report(context, fanOut, targets, 'commit', plaintextBytes, plaintextBytes);
    return { point, dataKey, streams, engineFacts, outcomes: fanOut.outcomes() };
  } catch (error) {
    await fanOut.abort(error);
    await failPoint(deps, context, point, error);
    throw describeFailure(error, facts, signal);
  }
}

const countAttached = (fanOut: FanOut) => fanOut.progress().regions.filter(({ state }) => state !== 'detached').length;

export const usesEncryption = (facts: DecisionFacts) => facts.placement.placed.some(({ region }) => keyIdOf(facts, region) !== undefined);

async function failPoint(deps: OperationDependencies, { run, epoch, log }: RunContext<unknown>, point: PointRecord, error: unknown) {
  const { code, message } = toCbcrError(error);
  try {
    await deps.catalog.points.fail({ point: point.id, run: run.id, epoch, reason: { rule: code, text: message } });
  } catch (secondary) {
    // The next start of the run, or the end of the run, fails the point as well: see `abandonCaptures` in the catalog.
    log.warn({ cause: toCbcrError(secondary).message }, 'the broken capture could not be marked');
  }
}

/** An error of a stream that no adapter translated is the capture's, not a defect of unknown origin. */
function describeFailure(error: unknown, facts: DecisionFacts, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof CbcrError) return error;
  return new CbcrError('engine.capture-failed', { instance: facts.instance.id, cause: toCbcrError(error).message }, { cause: error });
}

function report(
  { progress }: RunContext<unknown>,
  fanOut: FanOut,
  { absent }: BackupTargets,
  phase: string,
  doneBytes: number,
  totalBytes: number | null,
): void {
  const writing = fanOut.progress().regions.map(({ region, storedBytes, state }) => [region, { storedBytes, state }] as const);
  const missing = absent.map(({ region }) => [region, { storedBytes: 0, state: 'absent' }] as const);
  progress({ phase, doneBytes, totalBytes, regions: Object.fromEntries([...writing, ...missing]) });
}
