import { CbcrError, type Clock, canTransition, isFinalRunState, type Run, type RunId, type RunState, runTransitions } from '@cbcr/domain';
import type { RunLedger } from '../src/run-ledger.ts';

/** One thing that the ledger was asked to write, and whether the epoch allowed it. */
interface LedgerEntry {
  readonly what: keyof RunLedger | 'commit';
  readonly run: RunId;
  readonly epoch: number;
  readonly taken: boolean;
}

export interface LedgerFake extends RunLedger {
  add(run: Run): void;
  get(run: RunId): Run;
  /** A handler's own write under its epoch, such as a stored segment. */
  commit(run: RunId, epoch: number): Promise<void>;
  requestCancel(run: RunId): void;
  /** What the API does with a run that nobody works on. */
  cancelUnopened(run: RunId): void;
  /** While it is away every call is refused with `catalog.unreachable`. */
  setAway(away: boolean): void;
  /** How many calls were refused while it was away. */
  refusals(): number;
  entries(run: RunId, what?: LedgerEntry['what']): LedgerEntry[];
}

/** A RunLedger in memory that enforces epochs and the transitions of the domain, as the catalog does. */
export function createLedgerFake(clock: Clock): LedgerFake {
  const runs = new Map<RunId, Run>();
  const journal: LedgerEntry[] = [];
  let away = false;
  let refusals = 0;

  const get = (id: RunId): Run => {
    const run = runs.get(id);
    if (!run) throw new CbcrError('run.not-found', { run: id });
    return run;
  };
  const refuseWhenAway = () => {
    if (!away) return;
    refusals++;
    throw new CbcrError('catalog.unreachable', { cause: 'the test took it away' });
  };
  const move = (run: Run, state: RunState, changes: Partial<Run> = {}) => {
    if (!canTransition(runTransitions, run.state, state)) {
      throw new CbcrError('run.transition-refused', { what: run.id, from: run.state, to: state });
    }
    runs.set(run.id, { ...run, ...changes, state });
  };
  const fenced = async (what: LedgerEntry['what'], id: RunId, epoch: number, write: (run: Run) => void) => {
    refuseWhenAway();
    const run = get(id);
    const taken = run.epoch === epoch && !isFinalRunState(run.state);
    journal.push({ what, run: id, epoch, taken });
    if (!taken) throw new CbcrError('run.lost', { run: id });
    write(run);
  };

  return {
    add: (run) => runs.set(run.id, run),
    get,
    requestCancel: (id) => runs.set(id, { ...get(id), cancelRequested: true }),
    cancelUnopened: (id) => move(get(id), 'cancelled', { cancelRequested: true }),
    setAway: (value) => {
      away = value;
    },
    refusals: () => refusals,
    entries: (id, what) => journal.filter((entry) => entry.run === id && (what === undefined || entry.what === what)),
    commit: (id, epoch) => fenced('commit', id, epoch, () => undefined),
    async open(id) {
      refuseWhenAway();
      const run = runs.get(id);
      if (!run || isFinalRunState(run.state)) return null;
      move(run, 'running', { epoch: run.epoch + 1, startedAt: clock.now(), notBefore: null });
      journal.push({ what: 'open', run: id, epoch: run.epoch + 1, taken: true });
      return get(id);
    },
    async heartbeat(id, epoch, progress) {
      await fenced('heartbeat', id, epoch, (run) => runs.set(id, { ...run, progress: progress ?? run.progress }));
      return { cancelRequested: get(id).cancelRequested };
    },
    succeed: (id, epoch, result) => fenced('succeed', id, epoch, (run) => move(run, 'succeeded', { result })),
    fail: (id, epoch, error) => fenced('fail', id, epoch, (run) => move(run, 'failed', { error })),
    cancel: (id, epoch, error) => fenced('cancel', id, epoch, (run) => move(run, 'cancelled', { error })),
    wait: (id, epoch, error, notBefore) => fenced('wait', id, epoch, (run) => move(run, 'waiting', { error, notBefore })),
    release: (id, epoch) => fenced('release', id, epoch, (run) => move(run, 'queued')),
    async retry(id, epoch, error, notBefore) {
      await fenced('retry', id, epoch, (run) => move(run, 'waiting', { error, notBefore, attempts: run.attempts + 1 }));
      return get(id).attempts;
    },
  };
}
