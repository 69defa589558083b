import type { RegionHealth, RegionId } from '@cbcr/domain';
import { describeDuration } from './describe-duration.ts';

/** One worker's last sign of life. */
export interface WorkerHeartbeat {
  region: RegionId;
  lastSeenAt: Date;
  /** Whether the worker's last probe of the region's store succeeded. */
  storeOk: boolean;
  /** What the probe said when it failed. */
  storeReason: string | null;
}

export interface RegionHealthInput {
  region: RegionId;
  /** Heartbeats of any regions; others are passed over. */
  workers: readonly WorkerHeartbeat[];
  now: Date;
  /** A heartbeat older than this says nothing about the present. */
  staleAfterMs: number;
  /** What was known before, so that `since` survives while the state does. */
  previous?: RegionHealth | null;
}

/** A region is up while a worker reports from it and that worker's store works; down, with the reason, otherwise; unknown if it was never seen. */
export function assessRegionHealth({ region, workers, now, staleAfterMs, previous = null }: RegionHealthInput): RegionHealth {
  const seen = workers.filter((worker) => worker.region === region).sort((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime());
  const [newest] = seen;
  if (!newest) return { state: 'unknown', reason: 'no worker has ever reported', since: null };

  const since = (state: RegionHealth['state'], otherwise: Date) =>
    previous?.state === state && previous.since ? previous.since : otherwise;
  const ageMs = (worker: WorkerHeartbeat) => Math.max(0, now.getTime() - worker.lastSeenAt.getTime());
  const fresh = seen.filter((worker) => ageMs(worker) <= staleAfterMs);
  if (fresh.length === 0) {
    const reason = `no worker has reported for ${describeDuration(ageMs(newest))}`;
    return { state: 'down', reason, since: since('down', newest.lastSeenAt) };
  }
  const working = fresh.filter((worker) => worker.storeOk);
  if (working.length === 0) {
    const [first] = fresh;
    return { state: 'down', reason: `store: ${first?.storeReason ?? 'the probe failed'}`, since: since('down', now) };
  }
  return { state: 'up', reason: `${working.length} of ${fresh.length} workers reach the store`, since: since('up', now) };
}
