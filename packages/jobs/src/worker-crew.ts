import type { Clock } from '@cbcr/domain';
import { startFetchWatchdog } from './fetch-watchdog.ts';
import type { RunLog } from './job-kind.ts';
import type { KindWorker } from './kind-worker.ts';

export interface WorkerCrewOptions<Kind> {
  readonly kinds: readonly Kind[];
  start(kind: Kind): KindWorker;
  /** Puts new connections to Redis in the place of those that look open. */
  reconnect(): void;
  readonly clock: Clock;
  readonly log: RunLog;
  readonly fetchWatchdogMs: number;
}

/** The BullMQ workers of a process, one per kind, under a watchdog. */
export interface WorkerCrew {
  /** Fetches nothing more; what runs goes on. */
  pause(): void;
  /** Waits for what runs, without limit: the caller brings the deadline. */
  close(): Promise<void>;
}

export function startWorkerCrew<Kind>(options: WorkerCrewOptions<Kind>): WorkerCrew {
  const places = options.kinds.map((kind) => ({ kind, worker: options.start(kind) }));
  const retired = new Set<Promise<void>>();
  const watchdog = startFetchWatchdog({
    workers: () => places.map((place) => place.worker),
    clock: options.clock,
    log: options.log,
    limitMs: options.fetchWatchdogMs,
    reconnect: options.reconnect,
    replace(dead) {
      const place = places.find((candidate) => candidate.worker === dead);
      if (!place) return;
      place.worker = options.start(place.kind);
      // It may still work on runs; it renews their locks until they have ended.
      const leaving = dead.close().catch(() => undefined);
      retired.add(leaving);
      void leaving.then(() => retired.delete(leaving));
    },
  });
  return {
    pause() {
      watchdog.stop();
      for (const { worker } of places) worker.pause().catch(() => undefined);
    },
    async close() {
      await Promise.allSettled([...places.map(({ worker }) => worker.close()), ...retired]);
    },
  };
}
