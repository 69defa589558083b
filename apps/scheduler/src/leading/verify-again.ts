import type { Catalog, CatalogInstance } from '@cbcr/catalog';
import type { Clock, Duration, InstanceId, RegionId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { describeRepairRun } from '@cbcr/operations';
import { decide, planVerifications, resolvePolicy } from '@cbcr/policy';
import type { Logger } from '@cbcr/telemetry';
import type { HealthMemory } from '../health-memory.ts';
import { planned } from '../planned-instance.ts';
import { readSituation } from '../read-situation.ts';

interface VerificationDependencies {
  catalog: Catalog;
  clock: Clock;
  health: HealthMemory;
  logger: Logger;
}

/** Who asks, in the runs. */
const requestedBy = 'verification';
/** An instance may hold thousands of copies. */
const page = 50;
/** Of a region, at a time: the rest waits for the next sweep, so that new copies never queue behind a whole fleet of old ones. */
const runsAtOnce = 8;
/** More active verifications of this kind than this are not looked through; then nothing is added to them. */
const mostActive = 1_000;
const [shortestRestMs, longestRestMs] = [5_000, 3_600_000];
/** A copy that was asked for and is due still, because its run proved nothing, lets all others go first for this part of the time that its policy gives. */
const askAgainShare = 1 / 20;
/** While a region has its share of runs. */
const busyRestMs = 30_000;

/**
 * Has copies read back again as often as their policies say (`verifyEvery`): sweeps over the instances that have one, a page in a round, and rests between
 * two sweeps ten times as long as a sweep took at least. Remembers nothing that matters: the catalog knows when each copy was verified, and a run for it
 * that has not ended is found by its dedupe key. Which copies were asked for lately is forgotten with the leadership.
 */
export function createVerification(deps: VerificationDependencies): () => Promise<'again' | 'done'> {
  const { catalog, clock, logger } = deps;
  let left: { instance: CatalogInstance; every: Duration }[] = [];
  let version = -1;
  const askAgainAtMs = new Map<string, number>();
  let sweepAtMs = Number.NEGATIVE_INFINITY;
  let sweep = { beganMs: 0, isShort: false, restMs: longestRestMs };

  async function begin(): Promise<void> {
    const { rulebook, version: current } = await catalog.rulebook.current();
    if (current === version && clock.monotonicMs() < sweepAtMs) return;
    version = current;
    for (const [key, atMs] of askAgainAtMs) if (atMs <= clock.monotonicMs()) askAgainAtMs.delete(key);
    left = (await catalog.instances.list({ retired: true })).flatMap((instance) => {
      const every = resolvePolicy(rulebook, instance).policy.verifyEvery;
      return every === undefined ? [] : [{ instance, every }];
    });
    const shortestMs = Math.min(...left.map(({ every }) => every.ms));
    const restMs = Math.min(longestRestMs, Math.max(shortestRestMs, shortestMs / 20));
    sweep = { beganMs: clock.monotonicMs(), isShort: false, restMs };
    if (left.length === 0) end();
  }

  function end(): void {
    const tookMs = clock.monotonicMs() - sweep.beganMs;
    const restMs = sweep.isShort ? Math.min(sweep.restMs, busyRestMs) : sweep.restMs;
    sweepAtMs = clock.monotonicMs() + Math.max(restMs, 10 * tookMs);
  }

  return async () => {
    if (left.length === 0) await begin();
    const asked = left.splice(0, page);
    if (asked.length === 0) return 'done';
    const everyOf = new Map<InstanceId, (typeof asked)[number]>(asked.map((one) => [one.instance.id, one]));
    const [situation, active, holdings] = await Promise.all([
      readSituation(deps),
      countActive(catalog),
      catalog.holdings.list([...everyOf.keys()]),
    ]);
    for (const { instance: id, points } of holdings) {
      const one = everyOf.get(id);
      if (one === undefined) continue;
      const { mayHold } = decide(situation, planned(one.instance));
      const facts = { instance: id, points, every: one.every, mayHold, health: situation.health, now: situation.now };
      for (const wanted of planVerifications(facts)) {
        if ((askAgainAtMs.get(wanted.dedupeKey) ?? 0) > clock.monotonicMs()) continue;
        const open = active(wanted.region);
        if (open.count >= runsAtOnce) {
          sweep.isShort = true;
          continue;
        }
        const { run, created } = await catalog.runs.create(describeRepairRun(wanted, requestedBy, 'low'));
        askAgainAtMs.set(wanted.dedupeKey, clock.monotonicMs() + one.every.ms * askAgainShare);
        if (!created) continue;
        open.count += 1;
        logger.info({ runId: run.id, region: run.region, recoveryPoint: wanted.point, reason: wanted.reason }, 'a copy is read back again');
      }
    }
    if (left.length > 0) return 'again';
    end();
    return 'done';
  };
}

/** How many verifications of this kind have not ended, by region. */
async function countActive({ runs }: Pick<Catalog, 'runs'>): Promise<(region: RegionId) => { count: number }> {
  const found = await runs.list({ kind: jobKinds.verify.name, requestedBy, states: ['queued', 'running', 'waiting'], limit: mostActive });
  const byRegion = new Map<RegionId, { count: number }>();
  const of = (region: RegionId) => {
    const known = byRegion.get(region) ?? { count: found.length === mostActive ? runsAtOnce : 0 };
    byRegion.set(region, known);
    return known;
  };
  for (const run of found) of(run.region).count += 1;
  return of;
}
