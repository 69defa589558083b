import type { RegionId } from '@cbcr/domain';
import { asc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import type { QueryContext } from '../query-context.ts';
import { workers } from '../schema/workers.ts';

export interface WorkerReport {
  /** Chosen by the process at its start and never used again by another. */
  id: string;
  region: RegionId;
  host: string;
  pid: number;
  version: string;
  startedAt: Date;
  /** What the worker's probe of its region's store said last. */
  store: { ok: boolean; reason: string };
}
export interface WorkerRecord extends WorkerReport {
  lastSeenAt: Date;
  /** When `store.ok` last changed. */
  storeSince: Date;
}

export interface WorkerQueries {
  /** Registers the worker or says that it still lives. */
  heartbeat(report: WorkerReport): Promise<void>;
  list(filter?: { region?: RegionId }): Promise<WorkerRecord[]>;
  /** A worker that stops says goodbye. */
  remove(id: string): Promise<void>;
  /** Forgets workers that were last seen before the moment; returns how many. */
  removeSilent(before: Date): Promise<number>;
}

export function createWorkerQueries({ clock, attempt }: QueryContext): WorkerQueries {
  return {
    async heartbeat({ id, region, store, ...process }) {
      // The server's clock: a worker whose own is wrong would look dead, or alive long after its death.
      const now = sql`now()`;
      const seen = { regionId: region, ...process, lastSeenAt: now, storeOk: store.ok, storeReason: store.reason };
      await attempt((db) =>
        db
          .insert(workers)
          .values({ id, ...seen, since: now })
          .onConflictDoUpdate({
            target: workers.id,
            set: {
              ...seen,
              since: sql`case when ${workers.storeOk} = excluded.store_ok then ${workers.since} else excluded.since end`,
            },
          }),
      );
    },
    list: ({ region } = {}) =>
      attempt(async (db) => {
        const rows = await db
          .select({ ...getTableColumns(workers), serverNow: sql`now()`.mapWith(workers.lastSeenAt) })
          .from(workers)
          .where(region === undefined ? undefined : eq(workers.regionId, region))
          .orderBy(asc(workers.regionId), asc(workers.id));
        // Ages are the server's; told in the time of the caller, who compares them with its own clock.
        const now = clock.now().getTime();
        return rows.map(({ regionId, storeOk, storeReason, since, lastSeenAt, serverNow, ...row }) => ({
          ...row,
          region: regionId,
          store: { ok: storeOk, reason: storeReason },
          lastSeenAt: new Date(now - (serverNow.getTime() - lastSeenAt.getTime())),
          storeSince: new Date(now - (serverNow.getTime() - since.getTime())),
        }));
      }),
    async remove(id) {
      await attempt((db) => db.delete(workers).where(eq(workers.id, id)));
    },
    removeSilent: (before) =>
      attempt(async (db) => {
        const gone = await db.delete(workers).where(lt(workers.lastSeenAt, before)).returning({ id: workers.id });
        return gone.length;
      }),
  };
}
