import type { LimitView, PointView, RunView } from '@cbcr/client';
import { systemClock } from '@cbcr/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { startStack, type TestStack } from './stack.ts';
import { untilLimitsHold } from './until-limits-hold.ts';

/** Bandwidth limits hold for real workers, and change while they move bytes. */
describe('a backup keeps to the bandwidth that its link has', () => {
  let stack: TestStack;
  let home: string;
  let others: string[];
  let link: string;
  let storedBytes: number;
  let unlimitedMs: number;

  const setLimit = (rate: string) => stack.cbcr.json<LimitView>('limits', 'set', link, rate);
  const durationMs = ({ startedAt, finishedAt }: RunView) => Date.parse(String(finishedAt)) - Date.parse(String(startedAt));
  const pointOf = async (run: RunView): Promise<PointView> => {
    const point = (await stack.client.listPoints({ instance: 'shop' })).find((candidate) => candidate.run === run.id);
    if (point === undefined) throw new Error(`${run.id} made no point`);
    return point;
  };
  const regionsOf = ({ copies }: PointView) =>
    copies.filter(({ state }) => ['stored', 'verified'].includes(state)).map(({ region }) => region);
  const backUp = async () => await stack.untilEnded((await stack.client.startBackup({ instance: 'shop' })).id);

  beforeAll(async () => {
    stack = await startStack({ megabytes: 60 });
    [home = '', ...others] = stack.regions;
    link = `link:${home}->${home}`;
    const run = await backUp();
    unlimitedMs = durationMs(run);
    storedBytes = (await pointOf(run)).storedBytes;
  });
  afterAll(() => stack.down());

  test('it takes the time that the limit of one link demands, and no region is given up for it', async () => {
    const seconds = 8;
    const bytesPerSecond = Math.floor(storedBytes / seconds);
    expect(await setLimit(`${bytesPerSecond}B/s`)).toMatchObject({ name: link, source: 'override' });
    await untilLimitsHold();
    const run = await backUp();
    await setLimit('reset');
    expect(run.state).toBe('succeeded');
    expect(regionsOf(await pointOf(run)).sort()).toEqual([...stack.regions].sort());
    // Below: slices that were paid for ahead. Above: the rest of a backup, on a machine that has other work.
    expect(durationMs(run)).toBeGreaterThan(seconds * 1000 * 0.9);
    expect(durationMs(run)).toBeLessThan(seconds * 1000 * 3 + 10 * unlimitedMs);
  });

  test('a paused link moves nothing while the others finish, and goes on within seconds of being opened', async () => {
    await setLimit('pause');
    await untilLimitsHold();
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    const stored = await eventually('the other regions hold something', async () => {
      const { progress, state } = await stack.client.getRun(id);
      if (state !== 'running') throw new Error(`the run is ${state}`);
      const bytes = new Map(Object.entries(progress?.regions ?? {}).map(([region, written]) => [region, written.storedBytes]));
      return others.every((region) => (bytes.get(region) ?? 0) > 0) && bytes;
    });
    // A pause is seen within a second: the few kilobytes of the schema may be faster.
    expect(stored.get(home)).toBeLessThan(storedBytes / 100);
    const openedAtMs = systemClock.now().getTime();
    await setLimit('unlimited');
    const run = await stack.untilEnded(id);
    expect(run.state).toBe('succeeded');
    expect(regionsOf(await pointOf(run))).toContain(home);
    expect(Date.parse(String(run.finishedAt)) - openedAtMs).toBeLessThan(30_000 + 10 * unlimitedMs);
  });

  test('a pause that outlasts sockets, stalls and locks costs no restore, verification or replication an attempt', async () => {
    const set = (rate: string) => stack.cbcr.json('limits', 'set', 'link:*', rate);
    const late = String(others.at(-1));
    await setLimit('reset');
    await stack.cbcr.json('dev', 'outage', late);
    const point = await pointOf(await backUp());
    await eventually('the home copy is verified', async () => {
      const known = (await stack.client.listPoints({ instance: 'shop' })).find(({ id }) => id === point.id);
      return known?.copies.some(({ region, state }) => region === home && state === 'verified');
    });
    await set('200KB/s');
    await untilLimitsHold();
    const target = await stack.createTarget();
    await stack.cbcr.json('dev', 'recover', late);
    const started = await Promise.all([
      stack.client.startRestore({ instance: 'shop', point: point.id, to: home, target: target.url }),
      stack.client.startVerification({ point: point.id, region: home }),
    ]);
    const replication = await eventually('the debt is being repaid', async () =>
      (await stack.client.listRuns({ kind: 'replicate' })).find(({ region, state }) => region === late && state === 'running'),
    );
    const runs = [...started, replication].map(({ id }) => id);
    const look = () => Promise.all(runs.map((id) => stack.client.getRun(id)));
    await eventually('all of them run', async () => (await look()).every(({ state }) => state === 'running'));
    await set('pause');
    const pausedAtMs = systemClock.now().getTime();
    // Sockets are idle for 20 s at most, a segment stalls after 30 s, a lock lasts 30 s.
    await eventually('the pause was long', async () => systemClock.now().getTime() - pausedAtMs > 40_000);
    expect((await look()).map(({ state }) => state)).toEqual(['running', 'running', 'running']);
    await set('reset');
    for (const id of runs) expect(await stack.untilEnded(id)).toMatchObject({ state: 'succeeded', attempts: 0, epoch: 1 });
    await target.drop();
  });

  test('limits say where they come from, are undone by reset, and refuse what they do not know', async () => {
    await setLimit('unlimited');
    expect(await stack.cbcr.json<LimitView[]>('limits', 'list')).toMatchObject([{ name: link, rate: 'unlimited', source: 'override' }]);
    expect(await setLimit('reset')).toMatchObject({ source: 'none' });
    expect(await stack.cbcr.json('limits', 'list')).toEqual([]);
    const unknown = await stack.cbcr.run(['limits', 'set', 'egress:atlantis', '1MB/s']);
    expect(unknown.stderr).toContain('atlantis');
    expect(unknown.code).not.toBe(0);
    const wrong = await stack.cbcr.run(['limits', 'set', link, 'fast']);
    expect(wrong.stderr).toContain('50MB/s');
    expect(wrong.code).not.toBe(0);
  });
});
