import { createHash } from 'node:crypto';
import { pointPrefix } from '@cbcr/blobstore';
import type { RunRecord } from '@cbcr/catalog';
import { type Clock, isFinalRunState, type RecoveryPointId, type RunId } from '@cbcr/domain';
// biome-ignore lint/plugin/test-kit: a part of tests
import { compareDatabases, type Environment, type TestDatabase, waitUntil } from '@cbcr/testkit';
import { findHalfMade, garbageOf, keysOf, readCopy } from './copies-in-buckets.ts';
import { type CrashStage, type Lane, lanes } from './crash-stage.ts';
import type { Crew } from './crew.ts';
import type { CrashCase } from './failpoint-list.ts';

/** What a crash left and what became of its run; a test expects. */
export interface Aftermath {
  run: RunRecord;
  /** Points that the run made, or works on. */
  points: Awaited<ReturnType<CrashStage['database']['catalog']['points']['get']>>[];
  /** Found right after the death; nothing may be. */
  halfMade: string[];
  /** Bytes that were read back and fit, by the lanes that should hold the copy. */
  readBack: number[];
  /** For each stream of a replicated point, how many of its segments were stored, and fetched, more than once. */
  movedTwice: Record<string, { put: number; get: number }>;
  /** Objects that the run's points left in the buckets although no copy needs them, and those that are found as garbage. */
  left: string[];
  garbage: string[];
  /** Of a deletion: the evidence. */
  deletions: Awaited<ReturnType<CrashStage['database']['catalog']['deletions']['listOf']>>;
  /** Versions of the point in the lane `hold`, and those that the store itself holds. */
  held: { versions: number; held: number };
  /** Between what was backed up and the target of a restore. */
  differences: string[];
}

interface Setting {
  stage: CrashStage;
  crew: Crew;
  clock: Clock;
  environment: Environment;
}
interface Prepared {
  params: object;
  point?: RecoveryPointId;
  target?: TestDatabase;
}

/** Performs a run whose worker dies at the failpoint, and waits until others have ended it. `point` is the one to work on. */
export async function crashRun(setting: Setting, crash: CrashCase, point: RecoveryPointId): Promise<Aftermath> {
  const { stage, crew, clock } = setting;
  const { catalog } = stage.database;
  const { lane } = crash;
  const prepared = await prepare(stage, crash, point);
  const died = crew.arm(`${crash.failpoint} of ${point}`, crash.failpoint, crash.time);
  const run = await stage.submit(lane, lane, prepared.params, prepared.point);
  const isOver = async () => isFinalRunState((await catalog.runs.get(run)).state) && (await isIdle(stage, crash));
  await died(isOver);
  const touched = await pointsOf(stage, run, prepared.point);
  const halfMade = crash.damaged ? [] : await findHalfMade(stage, touched, clock);

  const ended = await waitUntil(isOver, { deadlineMs: 120_000, intervalMs: 50 });
  if (!ended) throw new Error(`the run did not end: ${JSON.stringify(await catalog.runs.get(run))}\n${crew.tail()}`);
  const points = await Promise.all((await pointsOf(stage, run, prepared.point)).map((id) => catalog.points.get(id)));
  const complete = points.filter(({ state }) => state === 'complete').map(({ id }) => id);
  const holding: Record<Lane, readonly Lane[]> = {
    backup: ['backup', 'verify'],
    replicate: ['replicate'],
    verify: crash.damaged ? [] : ['verify'],
    restore: [],
    retention: [],
    hold: ['hold'],
  };
  return {
    run: await catalog.runs.get(run),
    points,
    halfMade,
    readBack: await Promise.all(complete.flatMap((id) => holding[lane].map((where) => readCopy(stage, id, where, clock)))),
    left: await keysInAll(
      stage,
      points.filter(({ state }) => state === 'failed'),
    ),
    garbage: (
      await Promise.all(
        lanes.map((where) =>
          garbageOf(
            stage,
            where,
            points.map(({ id }) => id),
          ),
        ),
      )
    ).flat(),
    deletions: lane === 'retention' ? await catalog.deletions.listOf(point) : [],
    held: lane === 'hold' ? await countHeld(stage, point) : { versions: 0, held: 0 },
    movedTwice: lane === 'replicate' ? countMovedTwice(crew, point) : {},
    differences:
      prepared.target === undefined
        ? []
        : (await compareDatabases(stage.source.url, prepared.target.url, { environment: setting.environment })).differences,
  };
}

async function prepare(stage: CrashStage, { lane, damaged }: CrashCase, point: RecoveryPointId): Promise<Prepared> {
  const { catalog } = stage.database;
  const region = stage.regions[lane].id;
  const reason = { rule: 'test', text: 'the test asks for it' };
  switch (lane) {
    case 'backup':
      return { params: {} };
    case 'replicate':
      await catalog.copies.plan(point, [{ region, role: 'secondary', reason }]);
      return { params: { point, target: region }, point };
    case 'verify':
      if (damaged) await damageSegment(stage, point);
      await catalog.copies.askVerification({ point, region, reason });
      return { params: { point, region }, point };
    case 'retention': {
      await makeCopy(stage, lane, point);
      await catalog.clockWatch.see({ lastSeenAt: await catalog.now(), doubt: null });
      const asked = { instance: stage.shop, purpose: 'manual' as const, wholePoint: true, requestedBy: 'tester', requestReason: 'a test' };
      if (!(await catalog.deletions.mark({ point, region, ...asked, reasons: [reason] }, 'stored')))
        throw new Error('the copy can be marked');
      const markedAtMs = (await catalog.now()).getTime();
      // The grace of a second, and what clocks may differ by.
      await waitUntil(async () => (await catalog.now()).getTime() > markedAtMs + 3_000, { deadlineMs: 60_000, intervalMs: 200 });
      return { params: { instance: stage.shop, region, points: [point], purpose: 'manual' }, point };
    }
    case 'hold': {
      await makeCopy(stage, lane, point);
      const hold = { title: 'case', reason: 'a court asks', matter: null, selector: { points: [point], regions: [region] } };
      await catalog.holds.place(hold, 'counsel');
      return { params: { instance: stage.shop, region }, point };
    }
    case 'restore': {
      const { database, reference } = await stage.createTarget();
      return { params: { point, to: region, target: reference }, point, target: database };
    }
  }
}

/** By a real replication, before anybody dies. */
async function makeCopy(stage: CrashStage, lane: Lane, point: RecoveryPointId): Promise<void> {
  const { catalog } = stage.database;
  const region = stage.regions[lane].id;
  await catalog.copies.plan(point, [{ region, role: 'secondary', reason: { rule: 'test', text: 'the test asks for it' } }]);
  const run = await stage.submit('replicate', lane, { point, target: region }, point);
  const isOver = async () => isFinalRunState((await catalog.runs.get(run)).state);
  await waitUntil(isOver, { deadlineMs: 120_000, intervalMs: 50 });
  const { state, error } = await catalog.runs.get(run);
  if (state !== 'succeeded') throw new Error(`the copy was not made: ${JSON.stringify(error)}`);
}

async function keysInAll(stage: CrashStage, points: Aftermath['points']): Promise<string[]> {
  const keys = lanes.map((lane) =>
    keysOf(
      stage,
      lane,
      points.map(({ id }) => id),
    ),
  );
  return (await Promise.all(keys)).flat();
}

async function damageSegment(stage: CrashStage, point: RecoveryPointId): Promise<void> {
  const store = stage.stores.verify;
  const [, key = ''] = (await keysOf(stage, 'verify', [point])).filter((each) => each.includes('/segments/data/'));
  const bytes = Buffer.from(await store.get(key));
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
  await store.put(key, bytes, { sha256: createHash('sha256').update(bytes).digest('hex'), ifAbsent: false, replace: true });
}

/** No wake-up call of the lane is worked on or waits, so that the next crash meets its own run. */
async function isIdle({ queues, regions }: CrashStage, { lane }: CrashCase): Promise<boolean> {
  const { waiting, delayed, active } = await queues.counts(lane, regions[lane].id);
  return waiting + delayed + active === 0;
}

async function pointsOf(stage: CrashStage, run: RunId, worked: RecoveryPointId | undefined): Promise<RecoveryPointId[]> {
  if (worked !== undefined) return [worked];
  const made = await stage.database.catalog.points.list({ instance: stage.shop, limit: 500 });
  return made.filter((point) => point.run === run).map(({ id }) => id);
}

function countMovedTwice({ failpoints }: Crew, point: RecoveryPointId): Aftermath['movedTwice'] {
  const times = new Map<string, { stream: string; verb: 'put' | 'get'; count: number }>();
  for (const { deed, key } of failpoints.journal()) {
    const verb = deed === 'put segment here' ? 'put' : deed === 'get segment there' ? 'get' : null;
    const [stream = ''] = key.split('/segments/')[1]?.split('/') ?? [];
    if (verb === null || !key.includes(`/${point}/`)) continue;
    const seen = times.get(`${verb} ${key}`) ?? { stream, verb, count: 0 };
    times.set(`${verb} ${key}`, { ...seen, count: seen.count + 1 });
  }
  const moved: Aftermath['movedTwice'] = {};
  for (const { stream, verb, count } of times.values()) {
    const counted = moved[stream] ?? { put: 0, get: 0 };
    if (count > 1) counted[verb] += 1;
    moved[stream] = counted;
  }
  return moved;
}

async function countHeld({ locker, shop }: CrashStage, point: RecoveryPointId): Promise<Aftermath['held']> {
  const protections = [];
  for await (const version of locker.listVersions(pointPrefix(shop, point))) protections.push(await locker.getProtection(version));
  return { versions: protections.length, held: protections.filter((each) => each?.legalHold === true).length };
}
