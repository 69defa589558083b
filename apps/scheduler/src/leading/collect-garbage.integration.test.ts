import { CbcrError, systemClock as clock, type RecoveryPointId, type RegionId, type RunId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { createLogger } from '@cbcr/telemetry';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { configure } from '../../test/leading-stage.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../test/stage.ts';
import { createGarbageCollection } from './collect-garbage.ts';

let stage: SchedulerStage;
beforeAll(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock });
  await configure(stage, stage.yaml());
  await stage.reportRegions(true);
});
afterAll(() => stage.close());

const dayMs = 24 * 3_600_000;
const logger = createLogger({ service: 'test', level: 'silent' });
/** A scheduler that leads so much later, and knows only what the catalog says. */
const leaderAfter = (ms: number, catalog = stage.catalog) =>
  createGarbageCollection({ catalog, logger, clock: { ...clock, now: () => new Date(clock.now().getTime() + ms) } });
const searches = () => stage.catalog.runs.list({ kind: jobKinds.garbage.name });
const collections = () => stage.catalog.runs.list({ kind: jobKinds.retention.name });
async function end(run: { id: RunId }, result: unknown): Promise<void> {
  const opened = await stage.catalog.ledger.open(run.id, 'worker of the test');
  await stage.catalog.ledger.succeed(run.id, opened?.epoch ?? 0, result);
}
const leftovers = (number: number, denied: { rule: string; text: string }[] = []) => ({
  instance: shop,
  point: `rp_${String(number).padStart(26, '0')}` as RecoveryPointId,
  ...{ objects: 3, bytes: 300, writtenAt: '2026-01-01T00:00:00.000Z', denied },
  reason: { rule: 'capture-broke-off', text: 'its capture broke off' },
});
const found = (garbage: ReturnType<typeof leftovers>[], points = garbage.length) => ({
  garbage,
  total: { points, objects: 3 * points, bytes: 300 * points },
  unclaimed: [],
  totalUnclaimed: { points: 0, objects: 0, bytes: 0 },
});
const nothing = found([]);

test('every store is searched once a day, and what may go goes run by run, whichever scheduler leads', async () => {
  await leaderAfter(0)();
  expect(await searches()).toEqual([]);

  await leaderAfter(dayMs + 1_000)();
  const first = await searches();
  expect(new Set(first.map(({ region }) => region))).toEqual(new Set<RegionId>([stage.home, stage.other, stage.foreign]));
  await leaderAfter(dayMs + 1_000)();
  expect((await searches()).map(({ id }) => id)).toEqual(first.map(({ id }) => id));

  const many = Array.from({ length: 60 }, (_, number) => leftovers(number));
  for (const run of first) {
    const { region } = run;
    await end(run, region === stage.home ? found([...many, leftovers(99, [{ rule: 'hold', text: 'hold H-1' }])]) : nothing);
  }
  for (let round = 0; round < 3; round++) await leaderAfter(0)();
  const [half, ...others] = await collections();
  expect(others).toEqual([]);
  expect(half).toMatchObject({
    region: stage.home,
    instance: shop,
    params: { purpose: 'garbage', points: many.slice(0, 50).map(({ point }) => point) },
  });
  if (half === undefined) throw new Error('a run was started');
  await end(half, { deleted: [], denied: [], versions: 0, bytes: 0 });
  await leaderAfter(0)();
  const [rest] = await collections();
  expect(rest).toMatchObject({ params: { points: many.slice(50).map(({ point }) => point) } });
  if (rest === undefined) throw new Error('a run was started');
  await end(rest, { deleted: [], denied: [], versions: 0, bytes: 0 });

  for (let round = 0; round < 3; round++) await leaderAfter(0)();
  expect(await collections()).toHaveLength(2);
  expect(await searches()).toHaveLength(3);
  await leaderAfter(dayMs + 1_000)();
  expect(await searches()).toHaveLength(6);
});

test('a search whose list was cut is followed by another one soon, unless all that may go is in it', async () => {
  for (const run of await searches())
    if (run.state === 'queued') await end(run, run.region === stage.home ? found([leftovers(7)], 600) : nothing);
  const leader = leaderAfter(0);
  await leader();
  for (const run of await collections()) if (run.state === 'queued') await end(run, { deleted: [], denied: [], versions: 0, bytes: 0 });
  const before = (await searches()).length;
  await leaderAfter(3_600_000 + 5_000)();
  const after = await searches();
  expect(after.slice(0, after.length - before).map(({ region }) => region)).toEqual([stage.home]);
  // What may go comes first in the list.
  const held = [leftovers(7), leftovers(8, [{ rule: 'hold', text: 'hold H-1' }])];
  for (const run of after) if (run.state === 'queued') await end(run, found(held, 600));
  await leaderAfter(0)();
  for (const run of await collections()) if (run.state === 'queued') await end(run, { deleted: [], denied: [], versions: 0, bytes: 0 });
  await leaderAfter(3_600_000 + 5_000)();
  expect(await searches()).toHaveLength(after.length);
});

test('what fails in one region keeps none of the others waiting, and the round says so', async () => {
  for (const run of await searches()) if (run.state === 'queued') await end(run, nothing);
  const before = new Set((await searches()).map(({ id }) => id));
  const { runs } = stage.catalog;
  const [broken] = await stage.catalog.regions.list();
  if (broken === undefined) throw new Error('there are regions');
  const error = new CbcrError('run.unexpected', { cause: 'planted' });
  const list: typeof runs.list = async (filter) => {
    if (filter?.region === broken.id) throw error;
    return runs.list(filter);
  };
  await expect(leaderAfter(3 * dayMs, { ...stage.catalog, runs: { ...runs, list } })()).rejects.toBe(error);
  const made = (await searches()).filter(({ id }) => !before.has(id)).map(({ region }) => region);
  expect(new Set(made)).toEqual(new Set([stage.home, stage.other, stage.foreign].filter((region) => region !== broken.id)));
});
