import { CbcrError, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { configure, createRounds, laterClock, newNamespace, type Rounds } from '../../test/leading-stage.ts';
import { makePoint } from '../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage } from '../../test/stage.ts';
import { createVerification } from './verify-again.ts';

let stage: SchedulerStage;
const opened: Rounds[] = [];
beforeEach(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ queues }) => queues.close()));
  await stage.close();
});

const days = (count: number) => count * 86_400_000;
/** A scheduler that lives so much later, when the workers of the regions still report. */
function schedulerIn(laterMs: number): () => Promise<'again' | 'done'> {
  const rounds = createRounds(
    stage,
    { redisUrl: inject('redisUrl'), namespace: newNamespace() },
    { clock: laterClock(stage.clock, laterMs) },
  );
  opened.push(rounds);
  const up = { state: 'up' as const, reason: 'the test says so', since: stage.clock.now() };
  return createVerification({ ...rounds, health: { read: async (regions) => new Map(regions.map(({ id }) => [id, up])) } });
}
const verifications = async () =>
  (await stage.catalog.runs.list({ kind: 'verify' })).map(({ region, point, state, requestedBy, priority }) => ({
    ...{ region, point, state, requestedBy, priority },
  }));

test('a copy is read back again before it is as old as the policy allows: once, with low priority, by however many schedulers', async () => {
  await configure(stage, stage.yaml({ verifyEvery: '30d' }));
  const { id } = await makePoint(stage, () => 'verified');
  await schedulerIn(days(20))();
  expect(await verifications()).toEqual([]);

  const [one, other] = [schedulerIn(days(29)), schedulerIn(days(29))];
  await Promise.all([one(), other()]);
  await one();
  const runs = await verifications();
  expect(runs).toHaveLength(2);
  for (const region of [stage.home, stage.other]) {
    expect(runs).toContainEqual({ region, point: id, state: 'queued', requestedBy: 'verification', priority: 'low' });
  }
});

test('without verifyEvery nothing is read again, and a policy that gets one is obeyed in the next round', async () => {
  await configure(stage, stage.yaml());
  await makePoint(stage, () => 'verified');
  const round = schedulerIn(days(400));
  await round();
  expect(await verifications()).toEqual([]);
  await configure(stage, stage.yaml({ verifyEvery: '1y' }));
  await round();
  expect(await verifications()).toHaveLength(2);
});

test('a region is never given more than its share at a time', async () => {
  await configure(stage, stage.yaml({ copies: 1, verifyEvery: '30d' }));
  for (let point = 0; point < 10; point++) await makePoint(stage, () => 'verified');
  const round = schedulerIn(days(29));
  await round();
  expect(await verifications()).toHaveLength(8);
  await schedulerIn(days(29))();
  expect(await verifications()).toHaveLength(8);
});

test('copies that nobody can read back do not keep the others of their region from their turn', async () => {
  await configure(stage, stage.yaml({ copies: 1, verifyEvery: '30d' }));
  for (let point = 0; point < 10; point++) await makePoint(stage, () => 'verified');
  const round = schedulerIn(days(29));
  const asked = new Set<string | null>();
  for (const verifyEvery of ['29d', '28d']) {
    // A scheduler rests between two sweeps; a change of the rules begins one at once.
    await configure(stage, stage.yaml({ copies: 1, verifyEvery }));
    await round();
    for (const { id, point } of await stage.catalog.runs.list({ kind: 'verify', states: ['queued'] })) {
      asked.add(point);
      const opened = await stage.catalog.ledger.open(id, 'worker of the test');
      // A key is missing: it proves nothing about the copy, which stays as it is.
      await stage.catalog.ledger.fail(id, opened?.epoch ?? 0, new CbcrError('run.unexpected', { cause: 'a key is missing' }).toReport());
    }
  }
  expect(asked.size).toBe(10);
});

test('verifications of new copies that wait in a region, however many, stop none of the others', async () => {
  await configure(stage, stage.yaml({ verifyEvery: '30d' }));
  const { id } = await makePoint(stage, () => 'verified');
  const waiting = { kind: 'verify', region: stage.foreign, params: { point: id, region: stage.foreign }, requestedBy: 'reconciler' };
  for (let page = 0; page < 10; page++) await Promise.all(Array.from({ length: 100 }, () => stage.catalog.runs.create(waiting)));
  await schedulerIn(days(29))();
  const again = await stage.catalog.runs.list({ kind: 'verify', requestedBy: 'verification' });
  expect(again.map(({ region }) => region).toSorted()).toEqual([stage.home, stage.other].toSorted());
});

test('what is only stored is left to the repair of copies', async () => {
  await configure(stage, stage.yaml({ verifyEvery: '30d' }));
  await makePoint(stage, () => 'stored');
  await schedulerIn(days(400))();
  expect(await verifications()).toEqual([]);
});
