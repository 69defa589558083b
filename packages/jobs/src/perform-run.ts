import { CbcrError, type Run, type RunProgress } from '@cbcr/domain';
import { awaitHandler, type HandlerEnd } from './await-handler.ts';
import type { ExecutionSetting } from './execution-setting.ts';
import type { BoundKind } from './handlers.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { RunLog } from './job-kind.ts';
import type { RunningRun } from './running-runs.ts';

/** The latest progress that the handler reported. */
export interface ProgressCell {
  read(): RunProgress | null;
  write(progress: RunProgress): void;
}

export interface OpenedRun {
  run: Run;
  /** Just before the ledger was asked for it, by the monotonic clock. */
  askedAtMs: number;
}

/** Runs the handler under a heartbeat. Never rejects. */
export async function performRun(
  bound: BoundKind,
  { run, askedAtMs }: OpenedRun,
  deaths: number,
  running: RunningRun,
  setting: ExecutionSetting,
  log: RunLog,
  progress: ProgressCell,
): Promise<HandlerEnd> {
  const { timing, clock } = setting;
  const { abort } = running;
  let params: unknown;
  try {
    if (deaths >= timing.maxFruitlessDeaths) throw new CbcrError('run.no-progress', { run: run.id, deaths });
    params = bound.readParams(run);
    abort.signal.throwIfAborted();
  } catch (error) {
    return { type: 'threw', error };
  }
  const heartbeat = startHeartbeat({
    ledger: setting.ledger,
    run: run.id,
    epoch: run.epoch,
    abort,
    clock,
    log,
    everyMs: timing.heartbeatMs,
    silenceMs: timing.lockDurationMs,
    latestProgress: progress.read,
    openedAtMs: askedAtMs,
  });
  running.beatNow = heartbeat.beatNow;
  const { signal } = abort;
  const { heldAtMs } = heartbeat;
  const context = { run, params, region: setting.region, epoch: run.epoch, signal, heldAtMs, progress: progress.write, log };
  const end = await awaitHandler(bound.perform(context), abort, { clock, log, ...timing });
  await heartbeat.stop();
  return end;
}
