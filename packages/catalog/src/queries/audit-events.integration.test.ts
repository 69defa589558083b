import { systemClock as clock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import {
  alpha,
  applyStage,
  beta,
  completePoint,
  gamma,
  instanceNamed,
  openRun,
  policy,
  reason,
  regions,
  shop,
  store,
} from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
let catalog: Catalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterAll(async () => {
  expect((await catalog.audit.verify()).broken).toBeNull();
  await stage.drop();
});

/** What was written since the event with this id, oldest first. */
const since = async (id: number) => (await catalog.audit.read({ first: id + 1, last: Number.MAX_SAFE_INTEGER })).map(describe);
const describe = ({ actor, action, subject }: { actor: string; action: string; subject: string }) => `${actor}: ${action} ${subject}`;
const end = async () => (await catalog.audit.head()).id;

test('a point tells where its copies are to be and why, which were verified, and what is owed until when', async () => {
  const before = await end();
  const held = await openRun(catalog);
  const point = await completePoint(catalog, held, clock.now());
  const by = `run:${held.run}`;
  const inBeta = { ...held, point: point.id, region: beta, reason };
  expect(await since(before)).toEqual([
    `${by}: placement.decided ${point.id}`,
    `${by}: point.completed ${point.id}`,
    `${by}: copy.verified ${point.id}/${alpha}`,
    `${by}: debt.opened ${point.id}/${beta}`,
  ]);
  const [decided] = await catalog.audit.list({ subject: point.id, action: 'placement.decided' });
  expect(decided?.facts).toMatchObject({
    instance: shop.id,
    placed: [{ region: alpha, reason }, { region: beta }],
    spares: [{ region: gamma }],
  });

  const owed = await end();
  await catalog.copies.startCopying(inBeta);
  await catalog.copies.markFailed({ ...inBeta, nextAttemptAt: null });
  await catalog.copies.startCopying(inBeta);
  await catalog.copies.markStored({ ...inBeta, storedBytes: 400 });
  expect(await since(owed)).toEqual([]);
  await catalog.copies.markVerified({ ...inBeta, seenIn: store });
  expect(await since(owed)).toEqual([`${by}: copy.verified ${point.id}/${beta}`, `${by}: debt.closed ${point.id}/${beta}`]);

  const verified = await end();
  await catalog.copies.askVerification({ point: point.id, region: beta, reason });
  await catalog.copies.plan(point.id, [{ region: gamma, role: 'secondary', reason }]);
  await catalog.copies.plan(point.id, [{ region: gamma, role: 'secondary', reason }]);
  expect(await since(verified)).toEqual([`scheduler: debt.opened ${point.id}/${beta}`, `scheduler: debt.opened ${point.id}/${gamma}`]);
});

test('a capture whose run was taken over leaves no event', async () => {
  const held = await openRun(catalog);
  const before = await end();
  await expect(completePoint(catalog, { ...held, epoch: held.epoch + 1 }, clock.now())).rejects.toMatchObject({ code: 'run.lost' });
  expect(await since(before)).toEqual([]);
});

test('an exception that permits a copy is named with the copy', async () => {
  const held = await openRun(catalog);
  const { placement, engine } = await completePoint(catalog, held, clock.now());
  const before = await end();
  const exceptions = [{ exception: 'audit-2027', region: beta, reason }];
  await catalog.points.begin({
    ...{ ...held, instance: shop.id, engine, capturedAt: clock.now(), policyHash: 'hash', placement, synchronousMinimum: 1, exceptions },
  });
  expect(await since(before)).toContain(`run:${held.run}: exception.used audit-2027`);
});

test('a file tells of every instance and limit that it adds, changes or drops, and of copies that its rules forbid', async () => {
  const other = instanceNamed('other');
  const before = await end();
  const desired = { regions, policies: [policy], instances: [shop, other], limits: { 'link:*': '10 MiB/s' } };
  const illegal = [{ instance: shop.id, region: gamma, points: 3, bytes: 1200, reason }];
  await catalog.applyConfig({ ...desired, policies: [{ ...policy, select: { engines: ['postgres'] } }] }, { actor: 'ada', illegal });
  const first = await since(before);
  expect(first).toContain('ada: copy.became-illegal shop');
  expect(first).toContain('ada: instance.added other');
  expect(first).toContain('ada: limit.configured link:*');

  const second = await end();
  const changed = { ...other, labels: { team: 'a' }, connection: 'env:ANOTHER' };
  // The rules are what they are: nothing becomes illegal again.
  const same = { ...desired, policies: [{ ...policy, select: { engines: ['postgres'] } }] };
  await catalog.applyConfig({ ...same, instances: [changed] }, { actor: 'ada', illegal });
  expect(await since(second)).not.toContain('ada: copy.became-illegal shop');
  expect(await since(second)).toEqual(expect.arrayContaining(['ada: instance.changed other', 'ada: instance.retired shop']));
  const [event] = await catalog.audit.list({ action: 'instance.changed' });
  expect(event?.facts).toEqual({
    before: { labels: {}, connection: '(not shown)' },
    after: { labels: { team: 'a' }, connection: '(not shown)' },
  });

  const third = await end();
  await catalog.applyConfig({ ...same, instances: [changed] }, { actor: 'ada' });
  expect(await since(third)).toEqual(['ada: config.applied config']);
});

test('a fleet that is added at once is one transaction with an event for each instance', async () => {
  const before = await end();
  const instances = Array.from({ length: 2_500 }, (_, n) => instanceNamed(`fleet-${n}`));
  await catalog.applyConfig({ regions, policies: [policy], instances }, 'config');
  const added = (await end()) - before;
  expect(added).toBeGreaterThan(2_500);
});
