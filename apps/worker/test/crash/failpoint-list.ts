import type { Lane } from './crash-stage.ts';
import type { Failpoint } from './failpoints.ts';

export interface CrashCase {
  lane: Lane;
  failpoint: Failpoint;
  /** For how many times a process comes there until it dies. */
  time: number;
  /** The copy that is verified is damaged, so that the verdict is another. */
  damaged: boolean;
}

/** Everything that a run of each kind does to the world, in its order; a worker dies right before and right after each. */
const deeds: Readonly<Record<Lane, readonly (string | readonly [deed: string, time: number])[]>> = {
  backup: [
    'ledger.open',
    'points.begin',
    ['put segment here', 3],
    ['put segment there', 3],
    'ledger.heartbeat',
    'put manifest here',
    'put manifest there',
    'points.complete',
    'ledger.succeed',
  ],
  replicate: [
    'ledger.open',
    'copies.startCopying',
    ['get segment there', 3],
    ['put segment here', 3],
    'put manifest here',
    'copies.markStored',
    'ledger.succeed',
  ],
  verify: ['ledger.open', ['get segment here', 3], 'copies.markVerified', 'ledger.succeed'],
  retention: ['deletions.begin', 'deletions.finish'],
  hold: ['protection.record'],
  restore: ['ledger.open', 'engine.checkTarget', ['get segment there', 3], 'ledger.checkpoint', 'engine.restore', 'ledger.succeed'],
};
/** Moments of which one side says all. A deletion lists five times: for the locks, the manifest, its absence, the rest and its absence. */
const single: readonly CrashCase[] = [
  { lane: 'restore', failpoint: 'after marking the target', time: 1, damaged: false },
  { lane: 'retention', failpoint: 'after erase manifest here', time: 1, damaged: false },
  { lane: 'retention', failpoint: 'after deletions.manifestGone', time: 1, damaged: false },
  { lane: 'retention', failpoint: 'after erase segments here', time: 2, damaged: false },
  { lane: 'retention', failpoint: 'after deletions.count', time: 2, damaged: false },
  { lane: 'retention', failpoint: 'before list versions here', time: 5, damaged: false },
  { lane: 'hold', failpoint: 'after hold version here', time: 3, damaged: false },
];
const verdicts = ['copies.markFailed', 'ledger.fail'];

const bothSides = (deed: string): Failpoint[] => [`before ${deed}`, `after ${deed}`];

export const crashCases: readonly CrashCase[] = [
  ...Object.entries(deeds).flatMap(([lane, list]) =>
    list.flatMap((entry) => {
      const [deed, time] = typeof entry === 'string' ? [entry, 1] : entry;
      return bothSides(deed).map((failpoint) => ({ lane: lane as Lane, failpoint, time, damaged: false }));
    }),
  ),
  ...single,
  ...verdicts.flatMap(bothSides).map((failpoint) => ({ lane: 'verify' as const, failpoint, time: 1, damaged: true })),
];
