import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Catalog, openCatalog } from '@cbcr/catalog';
import { createIdFactory, type RecoveryPointId, type RegionId, systemClock } from '@cbcr/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { eventually } from './eventually.ts';
import { startStack, type TestStack } from './stack.ts';
import { untilLimitsHold } from './until-limits-hold.ts';

/** The rules change while a backup runs: a region that held copies may not hold any more. */
describe('a residency policy that changes', () => {
  let stack: TestStack;
  let catalog: Catalog;
  /** The home, the region that is forbidden later, and the one that takes its place. */
  let home: string;
  let left: string;
  let taken: string;

  beforeAll(async () => {
    stack = await startStack({ megabytes: 60 });
    [home = '', taken = '', left = ''] = stack.regions;
    const ids = createIdFactory(systemClock, randomBytes);
    catalog = openCatalog({ url: stack.file.databaseUrl, clock: systemClock, ids, applicationName: 'e2e', onError: () => undefined });
  });
  afterAll(async () => {
    await catalog.close();
    await stack.down();
  });

  const apply = async (residency: unknown) => {
    const document = parseDocument(readFileSync(stack.file.configFile, 'utf8'));
    document.setIn(['policies', stack.file.policy, 'placement', 'copies'], 2);
    document.setIn(['policies', stack.file.policy, 'placement', 'prefer'], [left]);
    document.deleteIn(['policies', stack.file.policy, 'schedule']);
    if (residency !== null) document.setIn(['residency'], residency);
    const file = join(stack.home, 'changed.yaml');
    await writeFile(file, String(document));
    await stack.cbcr.json('policy', 'apply', file, '--reason', 'the law changed');
  };
  /** Every object of the instance that lies in the region, with older versions, by name. */
  const objectsIn = (region: string): string[] => {
    const server = join(stack.file.folder, 'servers', `store-${region}`);
    const folder = stack.file.store === 's3' ? server : join(stack.file.folder, 'regions', region);
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && join(entry.parentPath, entry.name).includes('/v1/shop/'))
      .map((entry) => join(entry.parentPath, entry.name));
  };
  const copyOf = async (point: RecoveryPointId, region: string) =>
    (await catalog.copies.list(point)).find((copy) => copy.region === region);

  test('no byte lands in the forbidden region after it, and what was there is replaced, then removed', async () => {
    await apply(null);
    const first = await stack.untilEnded((await stack.client.startBackup({ instance: 'shop' })).id);
    await stack.untilProtected('shop');
    const old = first.point as RecoveryPointId;
    expect((await copyOf(old, left))?.state).toBe('verified');
    expect(await copyOf(old, taken)).toBeUndefined();

    await stack.client.setLimit(`link:${home}->${left}`, { limit: '500KB/s' });
    await untilLimitsHold();
    const running = await stack.client.startBackup({ instance: 'shop' });
    await eventually('the second backup moves bytes', async () => {
      const { state, progress } = await stack.client.getRun(running.id);
      return state === 'running' && (progress?.doneBytes ?? 0) > 0;
    });
    await apply({ here: { dataClasses: ['default'], data: { allow: stack.regions.filter((region) => region !== left) } } });
    const changedMs = systemClock.monotonicMs();
    // Whoever was amid a write has asked again by now, or the change would not be known to it.
    await eventually('a busy machine has come to the end of what it was amid', async () => systemClock.monotonicMs() > changedMs + 10_000);
    // A folder may go while it is read: what is illegal is being removed.
    const before = new Set(await eventually('the objects are listed', async () => objectsIn(left)));
    await stack.client.setLimit(`link:${home}->${left}`, { limit: null });

    const second = await stack.untilEnded(running.id);
    expect(second).toMatchObject({ state: 'succeeded' });
    // Also what would be there for a moment only, and be removed again.
    const landed = new Set<string>();
    await eventually('no object of the instance is in the forbidden region', async () => {
      const now = objectsIn(left);
      for (const name of now) if (!before.has(name) && !name.includes('/.')) landed.add(name);
      return now.length === 0;
    });
    expect([...landed]).toEqual([]);
    for (const point of [old, second.point as RecoveryPointId]) {
      await eventually(
        `the copy of ${point} in the new region is verified`,
        async () => (await copyOf(point, taken))?.state === 'verified',
      );
      await eventually(`the copy of ${point} in the old region is deleted`, async () => {
        const copy = await copyOf(point, left);
        return copy === undefined || copy.state === 'deleted';
      });
    }

    // In the right order: the replacement was verified before the first byte went.
    const replacement = await copyOf(old, taken);
    const [deletion] = await catalog.deletions.listOf(old);
    expect(deletion).toMatchObject({ region: left as RegionId, purpose: 'residency' });
    expect(deletion?.begunAt?.getTime()).toBeGreaterThanOrEqual(replacement?.verifiedAt?.getTime() ?? Number.NaN);
    const story = await catalog.audit.list({ subject: `${old}/${left}` });
    const ofDeletion = story.map(({ action }) => action).filter((action) => /^copy\.(became-illegal|expiring|deleted)$/.test(action));
    expect(ofDeletion.toReversed()).toEqual(['copy.became-illegal', 'copy.expiring', 'copy.deleted']);
    await stack.untilProtected('shop');
  });
});
