import { CbcrError, systemClock as clock, instanceIdSchema, instanceSchema } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { defaultTransferTuning, runRetention } from '@cbcr/operations';
import { createLogger } from '@cbcr/telemetry';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { configure } from '../../test/leading-stage.ts';
import { makePoint } from '../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../test/stage.ts';
import { createExpiry } from './delete-expired.ts';
import { reviewRetention } from './review-retention.ts';

let stage: SchedulerStage;
beforeAll(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock });
  const rules = '  grace: 1s\n  rules:\n    newest:\n      keep: { last: 1 }\n';
  await configure(stage, `${stage.yaml()}\nretention:\n${rules}`);
  await stage.reportRegions(true);
});
afterAll(() => stage.close());
const others = {
  clock,
  tuning: { ...defaultTransferTuning, workerStaleMs: 3_600_000 },
  logger: createLogger({ service: 'test', level: 'silent' }),
};

test('copies that have expired are marked once somebody confirms that so many shall go, and their runs start when the grace is over', async () => {
  const { catalog } = stage;
  const deps = { catalog, ...others };
  const old = [await makePoint(stage, () => 'verified'), await makePoint(stage, () => 'verified')];
  const newest = await makePoint(stage, () => 'verified');
  while ((await reviewRetention(deps)) === 'again');
  const statesOf = async (point: typeof newest) => (await catalog.copies.list(point.id)).map(({ state }) => state);

  // Two of three points at once are more than the usual share: nothing is marked.
  await createExpiry(deps)();
  expect(await catalog.deletions.listOpen()).toEqual([]);
  // Somebody who asks for a round now hears the same, and changes nothing.
  const asked = { instance: null, requestedBy: 'ada', dryRun: true };
  const seen = await runRetention(deps, asked);
  expect(seen.stopped.map(({ instance }) => instance)).toEqual([shop]);
  expect(new Set(seen.planned.map(({ point }) => point))).toEqual(new Set(old.map(({ id }) => id)));
  expect(await runRetention(deps, { ...asked, dryRun: false })).toMatchObject({ runs: [], kept: [], stopped: [{ instance: shop }] });
  expect(await catalog.deletions.listOpen()).toEqual([]);
  const until = new Date(clock.now().getTime() + 3_600_000);
  for (const scope of [`instance:${shop}`, `region:${stage.home}`, `region:${stage.other}`])
    await catalog.deletionConfirmations.confirm(scope, until, 'tester', 'the test wants it');

  // A scheduler that begins anew asks at once; the same one would after a minute.
  const expiry = createExpiry(deps);
  await expiry();
  for (const point of old) {
    expect(await statesOf(point)).toEqual(['expiring', 'expiring']);
    const events = await catalog.audit.list({ subject: `${point.id}/${stage.home}` });
    expect(events.map(({ action }) => action)).toContain('copy.expiring');
  }
  expect(await statesOf(newest)).toEqual(['verified', 'verified']);

  expect(await runRetention(deps, { ...asked, dryRun: false })).toMatchObject({ planned: [], stopped: [], kept: [] });
  const later = { ...clock, now: () => new Date(clock.now().getTime() + 2_000) };
  await createExpiry({ ...deps, clock: later })();
  const runs = await catalog.runs.list({ kind: jobKinds.retention.name });
  const again = await runRetention({ ...deps, clock: later }, { ...asked, instance: shop, dryRun: false });
  expect(new Set(again.runs.map(({ id }) => id))).toEqual(new Set(runs.map(({ id }) => id)));
  expect(new Set(runs.map(({ region }) => region))).toEqual(new Set([stage.home, stage.other]));
  const wanted = runs.map(({ params }) => jobKinds.retention.params.parse(params));
  for (const { instance, purpose } of wanted) expect([instance, purpose]).toEqual([shop, 'retention']);
  const named = wanted.flatMap(({ points }) => points);
  expect(new Set(named)).toEqual(new Set(old.map(({ id }) => id)));

  // Nothing of the instance was refused, so what expires next does not wait for a minute.
  await makePoint(stage, () => 'verified');
  while ((await reviewRetention(deps)) === 'again');
  await expiry();
  expect(await statesOf(newest)).toEqual(['expiring', 'expiring']);
});

test('an instance that cannot be judged keeps none of the others, and the round says so', async () => {
  const { catalog } = stage;
  const { engine, home, policy } = await catalog.instances.get(shop);
  const ailing = instanceSchema.parse({ id: 'ailing', engine, home, policy, connection: 'env:AILING_URL' });
  await catalog.instances.add(ailing, 'test');
  for (const instance of [ailing.id, ailing.id, shop, shop]) await makePoint(stage, () => 'verified', instance);
  while ((await reviewRetention({ catalog, ...others })) === 'again');
  const error = new CbcrError('policy.none-applies', { instance: ailing.id, known: 'none' });
  const get: typeof catalog.instances.get = async (id) => {
    if (id === ailing.id) throw error;
    return catalog.instances.get(id);
  };
  const broken = { ...catalog, instances: { ...catalog.instances, get } };
  await expect(createExpiry({ catalog: broken, ...others })()).rejects.toBe(error);
  const statesOf = async (instance: string) =>
    (await catalog.points.list({ instance: instanceIdSchema.parse(instance), limit: 100 })).flatMap(({ copies }) =>
      copies.map(({ state }) => state),
    );
  // The newest point of each is the last good one.
  expect((await statesOf(shop)).filter((state) => state === 'verified')).toHaveLength(2);
  expect((await statesOf(ailing.id)).filter((state) => state === 'verified')).toHaveLength(4);
});
