/**
 * State machines of everything that the catalog remembers. These tables are the only place that says which change is legal;
 * the catalog's migrations carry the same rows and a trigger refuses every other change.
 *
 *   run    queued → running → succeeded | failed | cancelled; a lost or handed-back run goes back to queued,
 *          an outage makes it waiting, which costs no attempt.
 *   point  capturing → complete, or failed (its segments become garbage); complete → expiring → deleted.
 *   copy   planned → copying → stored → verified; failed and blocked are debts; expiring → deleted ends it, and
 *          expiring → stored | failed is a deletion that was given up before a byte went: whole is what was whole when it was marked.
 *          verified → stored asks for a new verification; verified → failed is a copy found missing or corrupt.
 */
export type TransitionTable<State extends string> = { readonly [From in State]: readonly State[] };

export const runTransitions = {
  queued: ['running', 'cancelled', 'failed'],
  running: ['succeeded', 'failed', 'cancelled', 'waiting', 'queued', 'running'],
  waiting: ['running', 'queued', 'cancelled', 'failed'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies TransitionTable<'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'>;
export type RunState = keyof typeof runTransitions;

export const pointTransitions = {
  capturing: ['complete', 'failed'],
  complete: ['expiring'],
  failed: ['deleted'],
  expiring: ['complete', 'deleted'],
  deleted: [],
} as const satisfies TransitionTable<'capturing' | 'complete' | 'failed' | 'expiring' | 'deleted'>;
export type PointState = keyof typeof pointTransitions;

export const copyTransitions = {
  planned: ['copying', 'failed', 'blocked'],
  copying: ['copying', 'stored', 'failed', 'blocked'],
  stored: ['verified', 'failed', 'expiring'],
  verified: ['stored', 'failed', 'expiring'],
  failed: ['planned', 'copying', 'blocked', 'expiring'],
  blocked: ['planned', 'copying', 'failed', 'expiring'],
  expiring: ['stored', 'failed', 'deleted'],
  deleted: [],
} as const satisfies TransitionTable<'planned' | 'copying' | 'stored' | 'verified' | 'failed' | 'blocked' | 'expiring' | 'deleted'>;
export type CopyState = keyof typeof copyTransitions;

export const transitionTables = { run: runTransitions, point: pointTransitions, copy: copyTransitions } as const;

export function canTransition<State extends string>(table: TransitionTable<State>, from: State, to: State): boolean {
  return table[from].includes(to);
}

export const finalRunStates: readonly RunState[] = ['succeeded', 'failed', 'cancelled'];
export const isFinalRunState = (state: RunState): boolean => finalRunStates.includes(state);
