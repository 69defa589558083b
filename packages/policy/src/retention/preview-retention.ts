import type { EarlierRulebook, HeldPoint, Hold, InstanceId, RecoveryPointId, RegionId, Rulebook } from '@cbcr/domain';
import type { SelectableInstance } from '../effective/match-policy.ts';
import { mayHaveBytes } from '../holdings/copy-states.ts';
import type { CopyVerdict } from './copy-verdict.ts';
import { judgeRetention } from './judge-retention.ts';

/** The rules at a moment. */
export interface RetentionSituation {
  rulebook: Rulebook;
  earlier: readonly EarlierRulebook[];
  now: Date;
}

/**
 * What becomes of a copy: it is kept today and expires; only the cooling-off still keeps it; it has expired today and is kept; it has expired today
 * and stays so.
 */
const retentionChanges = ['expires', 'cools-off', 'kept-newly', 'expired-already'] as const;
export type RetentionChange = (typeof retentionChanges)[number];

interface CopyChange extends CopyVerdict {
  readonly instance: InstanceId;
  readonly capturedAtMs: number;
  readonly bytes: number;
  readonly change: RetentionChange;
}

export interface RetentionSum {
  region: RegionId;
  change: RetentionChange;
  copies: number;
  bytes: number;
}

export interface RetentionPreview {
  /** The changes of copies, as many as were asked for. */
  copies: readonly CopyChange[];
  /** How many more there are. */
  left: number;
  /** Of all of them, by region. */
  sums: readonly RetentionSum[];
  /** Copies that were looked at. */
  total: number;
  /** Points that the rules let go, and of which the deletion gate keeps a verified copy: they are the last good ones of live instances. */
  lastGood: readonly { instance: InstanceId; point: RecoveryPointId }[];
}

/** Compares what the rules say today with what others say, or the same at another moment. Takes a fleet instance by instance. */
export function startRetentionPreview(before: RetentionSituation, after: RetentionSituation, holds: readonly Hold[], limit: number) {
  const copies: CopyChange[] = [];
  const sums = new Map<string, RetentionSum>();
  const lastGood: { instance: InstanceId; point: RecoveryPointId }[] = [];
  let total = 0;
  let changed = 0;

  return {
    /** `next` is the instance as it would be. */
    add(
      instance: SelectableInstance & { id: InstanceId },
      next: SelectableInstance & { retired?: boolean },
      points: readonly HeldPoint[],
    ): void {
      const today = new Map(judgeRetention({ ...before, instance, points, holds }).map((verdict) => [keyOf(verdict), verdict]));
      const held = new Map(points.map((point) => [point.id, point]));
      const then = judgeRetention({ ...after, instance: next, points, holds });
      const last = next.retired === true ? null : findLastGood(then, points);
      if (last !== null && lastGood.length < limit) lastGood.push({ instance: instance.id, point: last });
      for (const verdict of then) {
        const point = held.get(verdict.point);
        if (point === undefined || !hasBytes(point, verdict.region)) continue;
        total += 1;
        const change = compare(today.get(keyOf(verdict)), verdict);
        if (change === null) continue;
        changed += 1;
        const sum = sums.get(`${verdict.region} ${change}`) ?? { region: verdict.region, change, copies: 0, bytes: 0 };
        sums.set(`${verdict.region} ${change}`, { ...sum, copies: sum.copies + 1, bytes: sum.bytes + point.storedBytes });
        if (copies.length < limit) {
          copies.push({ ...verdict, instance: instance.id, capturedAtMs: point.capturedAtMs, bytes: point.storedBytes, change });
        }
      }
    },
    result: (): RetentionPreview => ({
      ...{ copies, left: changed - copies.length, total, lastGood },
      sums: [...sums.values()].sort((a, b) => (a.region === b.region ? orderOf(a) - orderOf(b) : a.region < b.region ? -1 : 1)),
    }),
  };
}

/** The newest point with verified copies, when the rules would let all of these go. */
function findLastGood(verdicts: readonly CopyVerdict[], points: readonly HeldPoint[]): RecoveryPointId | null {
  const good = points.filter(({ state, copies }) => state === 'complete' && copies.some((copy) => copy.state === 'verified'));
  const [newest] = good.toSorted((a, b) => b.capturedAtMs - a.capturedAtMs);
  if (newest === undefined) return null;
  const verified = new Set(newest.copies.filter(({ state }) => state === 'verified').map(({ region }) => region));
  const said = verdicts.filter(({ point, region }) => point === newest.id && verified.has(region));
  return said.length > 0 && said.every(({ verdict }) => verdict === 'expire') ? newest.id : null;
}

const keyOf = ({ point, region }: { point: RecoveryPointId; region: RegionId }) => `${point} ${region}`;
const orderOf = ({ change }: RetentionSum) => retentionChanges.indexOf(change);
const hasBytes = ({ copies }: HeldPoint, region: RegionId) => copies.some((copy) => copy.region === region && mayHaveBytes(copy.state));

function compare(today: CopyVerdict | undefined, then: CopyVerdict): RetentionChange | null {
  if (then.verdict === 'expire') return today?.verdict === 'expire' ? 'expired-already' : 'expires';
  if (then.reasons.every(({ rule }) => rule === 'cooling-off')) return 'cools-off';
  return today?.verdict === 'expire' ? 'kept-newly' : null;
}
