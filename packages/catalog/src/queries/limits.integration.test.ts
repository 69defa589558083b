import { systemClock as clock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { policy, regions, shop } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
let catalog: Catalog;
beforeEach(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
});
afterEach(() => stage.drop());

const apply = (limits: Record<string, unknown>) => catalog.applyConfig({ regions, policies: [policy], instances: [shop], limits }, 'ada');
const slow = { rate: 1_000_000, windows: [] };
const fast = { rate: 'unlimited', windows: [{ from: '22:00', to: '06:00', rate: 5_000_000 }], timeZone: 'Europe/Berlin' };
const contents = async () => (await catalog.limits.list()).limits;
const revision = async () => (await catalog.limits.list()).revision;

test('before the first limit there is none, and its revision is below all others', async () => {
  expect(await catalog.limits.list()).toEqual({ revision: 0, limits: [] });
  await catalog.limits.override('worker:*', slow, 'ada');
  expect(await revision()).toBeGreaterThan(0);
});

test('the file and the operator are kept apart, and a reset goes back to what the file says by then', async () => {
  await apply({ 'link:*': slow, 'egress:alpha': fast });
  await catalog.limits.override('link:*', 'paused', 'ada');
  expect(await contents()).toEqual([
    { name: 'egress:alpha', configured: fast, override: null },
    { name: 'link:*', configured: slow, override: 'paused' },
  ]);
  await apply({ 'link:*': fast });
  expect(await contents()).toEqual([{ name: 'link:*', configured: fast, override: 'paused' }]);
  await catalog.limits.override('link:*', null, 'ada');
  expect(await contents()).toEqual([{ name: 'link:*', configured: fast, override: null }]);
  await apply({});
  expect(await contents()).toEqual([]);
});

test('every change has a higher revision than all before it, also one that takes a limit away, and the same file changes nothing', async () => {
  const seen: number[] = [];
  const steps = [
    () => apply({ 'link:*': slow }),
    () => catalog.limits.override('egress:alpha', slow, 'ada'),
    () => catalog.limits.override('egress:alpha', null, 'ada'),
    () => apply({}),
    () => apply({ 'link:*': slow }),
  ];
  for (const step of steps) {
    await step();
    seen.push(await revision());
  }
  expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
  // Objects of a file that was written in another order are the same.
  await apply({ 'link:*': { windows: [], rate: 1_000_000 } });
  expect(await revision()).toBe(seen.at(-1));
});

test('a catalog that was lost starts above the revisions that Redis may remember of the one before', async () => {
  await catalog.limits.override('link:*', slow, 'ada');
  const before = await revision();
  const reborn = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  await reborn.catalog.limits.override('link:*', slow, 'ada');
  expect((await reborn.catalog.limits.list()).revision).toBeGreaterThan(before);
  await reborn.drop();
});

test('changes at the same moment are all kept, each with a revision of its own', async () => {
  const another = stage.openAnother();
  const names = Array.from({ length: 12 }, (_, i) => `worker:w${i}`);
  await Promise.all(names.map((name, i) => (i % 2 === 0 ? catalog : another).limits.override(name, slow, 'ada')));
  expect((await contents()).map(({ name }) => name)).toEqual(names.toSorted());
  const before = await revision();
  await Promise.all([apply({ 'link:*': slow }), another.limits.override('link:*', 'paused', 'ada')]);
  expect(await contents()).toContainEqual({ name: 'link:*', configured: slow, override: 'paused' });
  expect(await revision()).toBeGreaterThan(before + 1);
});

test('whoever publishes hears of each change, and the audit trail says who made it', async () => {
  const heard: string[] = [];
  let listening = false;
  const stop = catalog.listen('limits', {
    onNotification: (name) => heard.push(name),
    onListening: () => {
      listening = true;
    },
  });
  await vi.waitUntil(() => listening, 60_000);
  await apply({ 'link:*': slow });
  await catalog.limits.override('link:*', slow, 'ada');
  await catalog.limits.override('link:*', null, 'bob');
  await vi.waitFor(() => expect(heard).toEqual(['config', 'link:*', 'link:*']), 60_000);
  expect(await catalog.audit.list({ subject: 'link:*', limit: 2 })).toMatchObject([
    { actor: 'bob', action: 'limit.reset', facts: {} },
    { actor: 'ada', action: 'limit.set', facts: { limit: slow } },
  ]);
  stop();
});
