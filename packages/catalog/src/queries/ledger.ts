import { CbcrError, type ErrorReport, type RunId, type RunProgress, type RunState } from '@cbcr/domain';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { createBatches } from '../batches.ts';
import type { QueryContext } from '../query-context.ts';
import { runs } from '../schema/runs.ts';
import { abandonCaptures } from './abandon-captures.ts';
import { heldBy } from './fence.ts';
import { type Opening, openedBy, openTogether, type Success, succeedTogether } from './ledger-batches.ts';
import { type RunRecord, toRun } from './run-record.ts';

/**
 * The job runtime's view of the catalog. Each write names the epoch that the caller holds; it is refused with `run.lost` when a newer
 * epoch exists or the run is not running. Repeating a write whose answer was lost is harmless.
 *
 * No method makes a wake-up call: the runtime moves its own queue job to the moment `notBefore`, and the reconciler finds the runs
 * whose job was lost (`runs.lostCandidates`).
 */
export interface LedgerQueries {
  /** Takes the run over: epoch + 1, state running. Null when the run does not exist or has ended. */
  open(run: RunId, worker: string): Promise<RunRecord | null>;
  /** A null progress leaves the last one in place. */
  heartbeat(run: RunId, epoch: number, progress: RunProgress | null): Promise<{ cancelRequested: boolean }>;
  /** Keeps what a later start of the run wants to know, until the next checkpoint. Nothing secret. */
  checkpoint(run: RunId, epoch: number, checkpoint: unknown): Promise<void>;
  succeed(run: RunId, epoch: number, result: unknown): Promise<void>;
  fail(run: RunId, epoch: number, error: ErrorReport): Promise<void>;
  cancel(run: RunId, epoch: number, error: ErrorReport): Promise<void>;
  /** Waits for something that is away. Costs no attempt. */
  wait(run: RunId, epoch: number, error: ErrorReport, notBefore: Date): Promise<void>;
  /** Burns an attempt and waits. Returns the attempts burnt so far. */
  retry(run: RunId, epoch: number, error: ErrorReport, notBefore: Date): Promise<number>;
  /** Hands the run back unfinished: state queued, no attempt burnt. */
  release(run: RunId, epoch: number): Promise<void>;
}

type Leaving = Exclude<RunState, 'running'>;
type Change = Partial<typeof runs.$inferInsert>;

export function createLedgerQueries({ clock, attempt, transact }: QueryContext): LedgerQueries {
  /** Leaves `running`. Returns the attempts burnt so far. */
  async function leave(run: RunId, epoch: number, state: Leaving, change: Change, text: string, burn = 0): Promise<number> {
    const now = clock.now();
    return transact(async (tx) => {
      const [row] = await tx
        .select()
        .from(runs)
        .where(and(eq(runs.id, run), eq(runs.epoch, epoch)))
        .for('no key update');
      // The same epoch already left so: this is a repetition after a lost answer.
      if (row?.state === state) return row.attempts;
      if (row?.state !== 'running') throw new CbcrError('run.lost', { run });
      await abandonCaptures(tx, now, { run, writer: { run, epoch }, reason: { rule: 'capture-broke-off', text } });
      const attempts = row.attempts + burn;
      await tx
        .update(runs)
        .set({ ...change, state, stateSince: now, attempts, writerEpoch: epoch })
        .where(eq(runs.id, run));
      return attempts;
    });
  }
  const end = async (run: RunId, epoch: number, state: Leaving, change: Change, text: string) => {
    await leave(run, epoch, state, { ...change, finishedAt: clock.now(), notBefore: null }, text);
  };

  async function openAlone({ run, worker }: Opening): Promise<RunRecord | null> {
    const now = clock.now();
    return attempt(async (db) => {
      const [row] = await db
        .update(runs)
        .set(openedBy(sql`${worker}`, now))
        .where(and(eq(runs.id, run), inArray(runs.state, ['queued', 'waiting', 'running'])))
        .returning();
      return row === undefined ? null : toRun(row);
    });
  }
  const open = createBatches<Opening, RunRecord | null>({
    keyOf: ({ run }) => run,
    together: (openings) => attempt((db) => openTogether(db, clock.now(), openings)),
    alone: openAlone,
  });
  const succeed = createBatches<Success, true>({
    keyOf: ({ run }) => run,
    together: (successes) => attempt((db) => succeedTogether(db, clock.now(), successes)),
    async alone({ run, epoch, result }) {
      await end(run, epoch, 'succeeded', { result, error: null }, 'The run ended without completing it.');
      return true;
    },
  });

  return {
    open: (run, worker) => open({ run, worker }),
    async heartbeat(run, epoch, progress) {
      const now = clock.now();
      const [row] = await attempt((db) =>
        db
          .update(runs)
          .set({ heartbeatAt: now, writerEpoch: epoch, ...(progress === null ? {} : { progress }) })
          .where(heldBy(run, epoch))
          .returning({ cancelRequested: runs.cancelRequested }),
      );
      if (row === undefined) throw new CbcrError('run.lost', { run });
      return row;
    },
    async checkpoint(run, epoch, checkpoint) {
      const [row] = await attempt((db) =>
        db.update(runs).set({ checkpoint, writerEpoch: epoch }).where(heldBy(run, epoch)).returning({ id: runs.id }),
      );
      if (row === undefined) throw new CbcrError('run.lost', { run });
    },
    async succeed(run, epoch, result) {
      await succeed({ run, epoch, result });
    },
    fail: (run, epoch, error) => end(run, epoch, 'failed', { error }, error.message),
    cancel: (run, epoch, error) => end(run, epoch, 'cancelled', { error }, error.message),
    async wait(run, epoch, error, notBefore) {
      await leave(run, epoch, 'waiting', { error, notBefore }, error.message);
    },
    retry: (run, epoch, error, notBefore) => leave(run, epoch, 'waiting', { error, notBefore }, error.message, 1),
    async release(run, epoch) {
      await leave(run, epoch, 'queued', { notBefore: null }, 'The worker handed the run back.');
    },
  };
}
