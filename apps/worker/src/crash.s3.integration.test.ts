import { isFinalRunState, type RecoveryPointId, systemClock } from '@cbcr/domain';
import { waitUntil } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Aftermath, crashRun } from '../test/crash/crash-run.ts';
import { type CrashStage, createCrashStage, type Lane, lanes } from '../test/crash/crash-stage.ts';
import { Crew } from '../test/crash/crew.ts';
import { type CrashCase, crashCases } from '../test/crash/failpoint-list.ts';

/**
 * Real worker processes kill themselves with SIGKILL right before or right after each thing that a run does to the world; others of the same
 * region end the run. The lanes crash side by side, each in a region of its own; each test looks at one crash.
 */
let stage: CrashStage;
const crews = new Map<Lane, Crew>();
const aftermaths = new Map<CrashCase, Promise<Aftermath>>();

beforeAll(async () => {
  const servers = { adminUrl: inject('postgresAdminUrl'), redisUrl: inject('redisUrl'), s3: inject('s3') };
  stage = await createCrashStage({ ...servers, clock: systemClock, megabytes: 20 });
  for (const lane of lanes) crews.set(lane, new Crew(stage, lane, inject('serverEnvironment')));
  await Promise.all([...crews.values()].map((crew) => crew.ready()));
  const points = await makePoints(crashCases.filter(({ lane }) => lane !== 'backup').length);
  await verifyNewest();
  for (const lane of lanes) crashOneAfterAnother(lane, points);
}, 600_000);
afterAll(async () => {
  await Promise.all([...crews.values()].map((crew) => crew.end()));
  await stage.close();
});

/** A verified point that is newer than all others, so that no other one is the last good one. */
async function verifyNewest(): Promise<void> {
  const { catalog } = stage.database;
  const [point] = await makePoints(1);
  const region = stage.regions.verify.id;
  if (point === undefined) throw new Error('a point was made');
  const run = await stage.submit('verify', 'verify', { point, region }, point);
  await waitUntil(async () => isFinalRunState((await catalog.runs.get(run)).state), { deadlineMs: 240_000, intervalMs: 50 });
  if ((await catalog.runs.get(run)).state !== 'succeeded') throw new Error('the newest point is verified');
}

async function makePoints(count: number): Promise<RecoveryPointId[]> {
  const runs = await Promise.all(Array.from({ length: count }, () => stage.submit('backup', 'backup', {})));
  const points: RecoveryPointId[] = [];
  for (const id of runs) {
    await waitUntil(async () => isFinalRunState((await stage.database.catalog.runs.get(id)).state), {
      deadlineMs: 240_000,
      intervalMs: 50,
    });
    const run = await stage.database.catalog.runs.get(id);
    if (run.state !== 'succeeded' || run.point === null) throw new Error(`no point was made: ${JSON.stringify(run)}`);
    points.push(run.point);
  }
  return points;
}

function crashOneAfterAnother(lane: Lane, points: RecoveryPointId[]): void {
  const crew = crews.get(lane);
  if (crew === undefined) throw new Error(lane);
  let before: Promise<unknown> = Promise.resolve();
  for (const crash of crashCases.filter((each) => each.lane === lane)) {
    const point = lane === 'backup' ? undefined : points.pop();
    const setting = { stage, crew, clock: systemClock, environment: inject('serverEnvironment') };
    const crashed = before.then(() => crashRun(setting, crash, point ?? ('none' as RecoveryPointId)));
    aftermaths.set(crash, crashed);
    before = crashed.catch(() => undefined);
  }
}

const named = (lane: Lane, damaged = false): [string, CrashCase][] =>
  crashCases
    .filter((crash) => crash.lane === lane && crash.damaged === damaged)
    .map((crash) => [`${crash.failpoint}${crash.time > 1 ? ` for time ${crash.time}` : ''}`, crash]);
async function aftermathOf(crash: CrashCase): Promise<Aftermath> {
  const aftermath = await aftermaths.get(crash);
  if (aftermath === undefined) throw new Error('nobody crashed');
  expect(aftermath.halfMade).toEqual([]);
  expect(aftermath.garbage).toEqual(aftermath.left);
  // A worker that dies before it has opened the run leaves no trace of itself; one that dies when all is done has no follower.
  const touched = crash.failpoint === 'before ledger.open' || crash.failpoint.startsWith('after ledger.succeed');
  const alone = touched || crash.failpoint === 'after ledger.fail';
  // On a slow machine a living worker may lose a lock as well.
  expect(aftermath.run.epoch).toBeGreaterThanOrEqual(alone ? 1 : 2);
  return aftermath;
}
/** A run may take as long as all that crash before it in its lane. */
const patience = 300_000;

describe('a worker that is killed in mid-backup', () => {
  test.each(named('backup'))(
    '%s: another worker makes the one complete point',
    async (_name, crash) => {
      const { run, points, readBack, garbage } = await aftermathOf(crash);
      expect(run).toMatchObject({ state: 'succeeded', error: null });
      if (/ put |before points.complete/.test(crash.failpoint)) expect(garbage).not.toEqual([]);
      const complete = points.filter(({ state }) => state === 'complete');
      expect(complete.map(({ id }) => id)).toEqual([run.point]);
      expect(complete[0]?.copies.map(({ state }) => state)).toEqual(['stored', 'stored']);
      expect(readBack).toEqual([complete[0]?.storedBytes, complete[0]?.storedBytes]);
      const broken = points.filter(({ state }) => state !== 'complete');
      for (const point of broken) expect([point.state, ...point.copies.map(({ state }) => state)]).toEqual(['failed', 'failed', 'failed']);
    },
    patience,
  );
});

describe('a worker that is killed in mid-replicate', () => {
  test.each(named('replicate'))(
    '%s: another worker goes on, and moves at most one segment of a stream again',
    async (_name, crash) => {
      const { run, points, readBack, movedTwice } = await aftermathOf(crash);
      expect(run).toMatchObject({ state: 'succeeded' });
      const [point] = points;
      expect(point?.copies.find(({ region }) => region === stage.regions.replicate.id)).toMatchObject({ state: 'stored' });
      expect(readBack).toEqual([point?.storedBytes]);
      expect(Object.keys(movedTwice).toSorted()).toEqual(['data', 'post-data', 'pre-data']);
      for (const { put, get } of Object.values(movedTwice)) {
        // Each start after the first repeats at most the segment that was on its way: one, as only one worker was killed.
        expect(put).toBeLessThan(run.epoch);
        expect(get).toBeLessThan(run.epoch);
      }
    },
    patience,
  );
});

describe('a worker that is killed in mid-verify', () => {
  test.each(named('verify'))(
    '%s: another worker reads the copy, and it is verified',
    async (_name, crash) => {
      const { run, points, readBack } = await aftermathOf(crash);
      expect(run).toMatchObject({ state: 'succeeded' });
      expect(points[0]?.copies.find(({ region }) => region === stage.regions.verify.id)).toMatchObject({ state: 'verified' });
      expect(readBack).toEqual([points[0]?.storedBytes]);
    },
    patience,
  );

  test.each(named('verify', true))(
    '%s of a damaged copy: it is called damaged, never verified',
    async (_name, crash) => {
      const { run, points } = await aftermathOf(crash);
      expect(run).toMatchObject({ state: 'failed', error: { code: 'format.segment-corrupt' } });
      const copy = points[0]?.copies.find(({ region }) => region === stage.regions.verify.id);
      expect(copy).toMatchObject({ state: 'failed', reason: { rule: 'format.segment-corrupt' } });
    },
    patience,
  );
});

describe('a worker that is killed in mid-deletion', () => {
  test.each(named('retention'))(
    '%s: nothing half looks whole, nothing that is there is called deleted, and another worker ends it',
    async (_name, crash) => {
      const { run, points, deletions } = await aftermathOf(crash);
      expect(run).toMatchObject({ state: 'succeeded' });
      const [point] = points;
      expect(point?.copies.find(({ region }) => region === stage.regions.retention.id)).toMatchObject({ state: 'deleted' });
      expect(deletions).toHaveLength(1);
      expect(deletions[0]?.confirmedAbsentAt).not.toBeNull();
      expect(point?.copies.filter(({ region }) => region !== stage.regions.retention.id).map(({ state }) => state)).toEqual([
        'stored',
        'stored',
      ]);
    },
    patience,
  );
});

describe('a worker that is killed while it sets a legal hold', () => {
  test.each(named('hold'))(
    '%s: another worker sets it on every version',
    async (_name, crash) => {
      const { run, points, held, readBack } = await aftermathOf(crash);
      expect(run).toMatchObject({ state: 'succeeded' });
      expect(held.versions).toBeGreaterThan(3);
      expect(held.held).toBe(held.versions);
      expect(readBack).toEqual([points[0]?.storedBytes]);
      const effects = await stage.database.catalog.protection.effects([stage.shop]);
      expect(effects.filter((effect) => effect.point === points[0]?.id).map(({ state }) => state)).toEqual(['set']);
    },
    patience,
  );
});

describe('a worker that is killed in mid-restore', () => {
  test.each(named('restore'))(
    '%s: another worker makes the target equal to the source',
    async (_name, crash) => {
      const { run, differences } = await aftermathOf(crash);
      expect(run).toMatchObject({ state: 'succeeded' });
      expect(differences).toEqual([]);
    },
    patience,
  );
});
