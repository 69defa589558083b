import type { InstanceId, LastRestore } from '@cbcr/domain';
import { lt, sql } from 'drizzle-orm';
import type { QueryContext } from '../query-context.ts';
import { lastRestores } from '../schema/last-restores.ts';

export interface RestoreQueries {
  /** A restore came to its end now, by the time of the server. Told again for the same run, it changes nothing; an older one never takes the place of a newer one. */
  record(instance: InstanceId, restore: Omit<LastRestore, 'finishedAt'>): Promise<void>;
  /** Instances of which none came to its end are missing. */
  last(): Promise<ReadonlyMap<InstanceId, LastRestore>>;
}

export function createRestoreQueries({ attempt }: QueryContext): RestoreQueries {
  return {
    record: (instance, { point, run, region, requestedAt, plaintextBytes }) =>
      attempt(async (db) => {
        const facts = { pointId: point, runId: run, regionId: region, requestedAt, finishedAt: sql`now()`, plaintextBytes };
        await db
          .insert(lastRestores)
          .values({ instanceId: instance, ...facts })
          .onConflictDoUpdate({ target: lastRestores.instanceId, set: facts, setWhere: lt(lastRestores.requestedAt, requestedAt) });
      }),
    last: () =>
      attempt(async (db) => {
        const rows = await db.select().from(lastRestores);
        return new Map(
          rows.map(({ instanceId, pointId: point, runId: run, regionId: region, ...facts }) => [
            instanceId,
            { point, run, region, ...facts },
          ]),
        );
      }),
  };
}
