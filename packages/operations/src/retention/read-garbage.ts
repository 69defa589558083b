import { type BlobStore, manifestKey, type StoredVersion, withReadOnly } from '@cbcr/blobstore';
import type { Catalog } from '@cbcr/catalog';
import type { InstanceId, RecoveryPointId, RegionId, RunId } from '@cbcr/domain';
import type { DeletionFacts } from '@cbcr/policy';
import { findGarbage } from '../garbage/find-garbage.ts';
import { type DeletionSituation, usersOf } from './read-deletion-facts.ts';
import type { StoreLocks } from './store-locks.ts';

/** What of one point in one region nobody refers to. */
export interface GarbageOfPoint {
  goes(version: StoredVersion): boolean;
  factsFor(question: { situation: DeletionSituation; region: RegionId; run: RunId; locks: StoreLocks }): DeletionFacts;
}

interface GarbageQuestion {
  catalog: Catalog;
  store: BlobStore;
  instance: InstanceId;
  point: RecoveryPointId;
  signal: AbortSignal;
}

/** Lists what is there and asks the catalog afterwards, as the search for garbage does. */
export async function readGarbage({ catalog, store, instance, point, signal }: GarbageQuestion): Promise<GarbageOfPoint> {
  const keys = new Set<string>();
  let reason: { rule: string; text: string } | null = null;
  for await (const garbage of findGarbage({ catalog, store: withReadOnly(store), instance, point, signal })) {
    keys.add(garbage.key);
    reason = garbage.reason;
  }
  const isWhole = keys.has(manifestKey(instance, point)) || reason?.rule !== 'not-in-manifest';
  return {
    goes: ({ key }) => keys.has(key),
    factsFor({ situation, region, run, locks }) {
      const { decision, facts, clockDoubt } = situation;
      const known = facts.get(point);
      const capturedAt = known?.point.capturedAt ?? null;
      const at = { id: point, capturedAtMs: capturedAt?.getTime() ?? decision.now.getTime() };
      const nothing = { rule: 'no-garbage', text: 'everything that is there is in use, or nothing is there' };
      return {
        purpose: 'garbage',
        stage: 'execution',
        now: decision.now,
        instance: { id: instance, retired: decision.instance.retiredAt !== null },
        point: known === undefined || capturedAt === null ? null : { id: point, state: known.point.state, capturedAt },
        pointId: point,
        region,
        copy: null,
        others: [],
        retention: null,
        minimumUntil: null,
        permission: { allowed: true, reason: nothing },
        owed: null,
        garbage:
          reason === null ? { keep: 'everything', reason: nothing } : { keep: isWhole ? 'nothing' : 'what-the-manifest-names', reason },
        request: null,
        holds: [...situation.holdsOn(at, region), ...locks.holds],
        lockedUntil: locks.lockedUntil,
        newestGoodWithout: null,
        minimumCopies: 0,
        dependents: [],
        users: known === undefined ? [] : usersOf(known, run).map(({ id, kind }) => ({ id, kind })),
        health: decision.health.get(region) ?? { state: 'unknown', reason: 'no worker has ever reported', since: null },
        clockDoubt,
        graceMs: 0,
        bulk: null,
      };
    },
  };
}
