import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointView, RunView } from '@cbcr/client';
import { waitUntil } from '@cbcr/testkit';
import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import type { TestStack } from './stack.ts';
import { expectWholeCopies, storedSegmentBytes } from './stored-copies.ts';
import { untilLimitsHold } from './until-limits-hold.ts';

export interface HeldRuns {
  /** The bandwidth of a link, as `cbcr limits set` says it. Who gets an answer from this or `limitInto` can rely on it. */
  limit(from: string, to: string, rate: string): Promise<void>;
  /** The bandwidth of every link into the region, or of those from some regions: a rate, `paused`, or null for what the configuration says. */
  limitInto(region: string, limit: string | null, from?: readonly string[]): Promise<void>;
  /** Waits until the run has done more than so many bytes, and closes these links into the region: it cannot end until they are opened. */
  holdAmid(run: string, bytes: number, region: string, from?: readonly string[]): Promise<void>;
  /** A backup that cannot end: the other regions, or those that are named, hold bytes of it, while the link into the home region is closed. */
  startHeldBackup(instance: string, holders?: readonly string[]): Promise<string>;
  /** Opens the link of `startHeldBackup`. */
  letGo(): Promise<void>;
  /** The one complete point of a backup. */
  pointOf(run: string): Promise<PointView>;
  /** Succeeded, with exactly one point, whose copies are all verified: by CBCR, and by reading every byte here. */
  expectOneWholePoint(run: string): Promise<{ run: RunView; point: PointView }>;
  /** SIGKILL, and the process is gone. */
  kill(name: string): Promise<void>;
  /** The store dies without a word; its region's worker lives. */
  killStore(region: string): Promise<void>;
  /** Brings back whatever has died. */
  revive(): Promise<void>;
}

export function createHeldRuns(stack: TestStack): HeldRuns {
  const [home = '', ...others] = stack.regions;
  const isS3 = stack.file.store === 's3';
  const folderOf = (region: string) => join(stack.file.folder, 'regions', region);
  const away = new Set<string>();

  const limit = async (from: string, to: string, rate: string) => {
    await stack.cbcr.json('limits', 'set', `link:${from}->${to}`, rate);
    if (rate !== 'reset') await untilLimitsHold();
  };
  const limitInto = async (region: string, value: string | null, from: readonly string[] = stack.regions) => {
    await Promise.all(from.map((source) => stack.client.setLimit(`link:${source}->${region}`, { limit: value })));
    if (value !== null) await untilLimitsHold();
  };
  const pointOf = async (run: string) => {
    const points = (await stack.client.listPoints({ limit: 200 })).filter((point) => point.run === run && point.state === 'complete');
    expect(points, `complete points of ${run}`).toHaveLength(1);
    return points[0] as PointView;
  };
  const kill = async (name: string) => {
    const pid = await stack.pidOf(name);
    process.kill(pid, 'SIGKILL');
    await waitUntil(() => !isAlive(pid), { deadlineMs: 20_000 });
  };
  return {
    limit,
    limitInto,
    pointOf,
    kill,
    async holdAmid(run, bytes, region, from) {
      await eventually(`${run} moves bytes`, async () => {
        const { state, progress } = await stack.client.getRun(run);
        return state === 'running' && (progress?.doneBytes ?? 0) > bytes;
      });
      await limitInto(region, 'paused', from);
      // A busy machine may just have handed it to another worker.
      const held = await eventually(`${run} is held up by its bandwidth`, async () => {
        const now = await stack.client.getRun(run);
        return (now.state === 'running' || now.finishedAt !== null) && now;
      });
      expect(held, JSON.stringify(held)).toMatchObject({ state: 'running', finishedAt: null });
    },
    async startHeldBackup(instance, holders = others) {
      await limit(home, home, 'pause');
      const { id } = await stack.client.startBackup({ instance });
      const held = await eventually(`${id} waits for the closed link, and the other regions hold bytes of it`, async () => {
        const run = await stack.client.getRun(id);
        if (run.finishedAt !== null) return run;
        const waits = (await stack.client.listLimits()).some(({ name, sharers }) => name === `link:${home}->${home}` && sharers !== 0);
        if (!waits || run.state !== 'running' || run.point === null) return false;
        const point = { id: run.point, instance };
        const stored = await Promise.all(holders.map((region) => storedSegmentBytes(stack, region, point)));
        return stored.every((bytes) => bytes > 1_000_000) && run;
      });
      expect(held, JSON.stringify(held)).toMatchObject({ state: 'running', finishedAt: null });
      return id;
    },
    letGo: () => limit(home, home, 'reset'),
    async expectOneWholePoint(id) {
      const run = await stack.untilEnded(id);
      expect(run, JSON.stringify(run)).toMatchObject({ state: 'succeeded', error: null });
      const { id: point } = await pointOf(id);
      await eventually(`${point} is protected`, async () => (await stack.client.getPoint(point)).protected);
      const whole = await stack.client.getPoint(point);
      expect(whole.copies.map((copy) => copy.state)).toEqual(stack.regions.map(() => 'verified'));
      await expectWholeCopies(stack, whole);
      return { run, point: whole };
    },
    async killStore(region) {
      if (isS3) return kill(`store-${region}`);
      away.add(region);
      await rename(folderOf(region), `${folderOf(region)}.unreachable`);
    },
    async revive() {
      for (const region of away) await rename(`${folderOf(region)}.unreachable`, folderOf(region));
      away.clear();
      await stack.cbcr.json('dev', 'up');
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
