import { type InstanceId, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { crashProcess, type Deed } from '../../test/faults.ts';
import { createRun, startRun } from '../../test/perform.ts';
import { createStage, type Stage } from '../../test/stage.ts';

let stage: Stage;
let shop: InstanceId;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
});
afterAll(() => stage.close());

/** What had become of the first start, and of how many points the run knows in the end. */
const steps: [string, 'before' | 'after', (deed: Deed, nth: number) => boolean, points: number][] = [
  ['before the point begins', 'before', (deed) => deed === 'points.begin', 1],
  ['once the point has begun', 'after', (deed) => deed === 'points.begin', 2],
  ['amid the segments', 'after', (deed, nth) => deed === 'put beta segment' && nth === 3, 2],
  ['before the first manifest', 'before', (deed) => deed.endsWith('manifest'), 2],
  ['after one manifest', 'after', (deed) => deed.endsWith('manifest'), 2],
  ['after all manifests', 'before', (deed) => deed === 'points.complete', 2],
  ['after the commit', 'after', (deed) => deed === 'points.complete', 1],
];

test.each(steps)(
  'a process that dies %s leaves a run whose next start ends in exactly one complete point',
  async (_when, when, at, count) => {
    const run = await createRun(stage, 'backup', { instance: shop, params: {} });
    const crash = crashProcess(stage.dependencies(), when, at);
    const first = await startRun(stage, 'backup', run, { dependencies: crash.dependencies, dies: true });
    expect(crash.happened(), `it did ${crash.deeds.join(', ')}`).toBe(true);
    expect(first.state).toBe('lost');
    expect(first.run).toMatchObject({ state: 'running', epoch: 1 });

    const second = await startRun(stage, 'backup', run);
    if (second.state !== 'succeeded') throw second.error;
    expect(second.run).toMatchObject({ state: 'succeeded', epoch: 2, attempts: 0, point: second.result.point });
    const points = (await stage.catalog.points.list({ instance: shop })).filter((point) => point.run === run.id);
    expect(points).toHaveLength(count);
    expect(points.filter(({ state }) => state === 'complete').map(({ id }) => id)).toEqual([second.result.point]);
    const broken = points.filter(({ id }) => id !== second.result.point);
    for (const point of broken) {
      expect(point.state).toBe('failed');
      expect(point.copies.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    }
    const whole = await stage.catalog.points.get(second.result.point);
    expect(whole.copies.map(({ state }) => state)).toEqual(['stored', 'stored', 'stored']);
    // The broken captures owe nothing: nobody repairs garbage.
    expect((await stage.catalog.copies.debts({ instance: shop })).filter((debt) => broken.some(({ id }) => id === debt.point))).toEqual([]);
  },
);

test('a worker that was taken over and wakes up late commits nothing', async () => {
  const run = await createRun(stage, 'backup', { instance: shop, params: {} });
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  stage.pieces.beforePiece = async (index) => {
    if (index !== 5) return;
    reached.resolve();
    await goOn.promise;
  };
  const sleeper = startRun(stage, 'backup', run, { dies: true });
  await reached.promise;
  stage.pieces.beforePiece = () => undefined;
  const second = await startRun(stage, 'backup', run);
  goOn.resolve();
  expect(await sleeper).toMatchObject({ state: 'lost', error: { code: 'run.lost' } });
  if (second.state !== 'succeeded') throw second.error;
  const points = (await stage.catalog.points.list({ instance: shop })).filter((point) => point.run === run.id);
  expect(points.filter(({ state }) => state === 'complete').map(({ id }) => id)).toEqual([second.result.point]);
});
