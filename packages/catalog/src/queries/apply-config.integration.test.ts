import { systemClock as clock, type Instance, type Policy, type Region } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alpha, applyStage, beta, completePoint, instanceNamed, openRun, policy, regions, shop, store } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
let catalog: Catalog;
beforeEach(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterEach(() => stage.drop());

const apply = (changes: { regions?: Region[]; policies?: Policy[]; instances?: Instance[] }) =>
  catalog.applyConfig({ regions, policies: [policy], instances: [shop], ...changes }, 'ada');
const api = instanceNamed('from-api');
const ids = (rows: { id: string }[]) => rows.map((row) => row.id);
const due = new Date(1_800_000_000_000);

test('applying the same configuration twice, even at once, changes nothing but the audit trail', async () => {
  await catalog.instances.setNextDue(shop.id, due);
  const before = await catalog.instances.list();
  await Promise.all(Array.from({ length: 5 }, () => apply({})));
  expect(await catalog.instances.list()).toEqual(before);
  expect(await catalog.audit.list({ subject: 'config' })).toHaveLength(6);
});

test('instances that vanish from the file are retired; those of the API stay', async () => {
  await catalog.instances.add(api, 'ada');
  expect(await apply({ instances: [] })).toEqual({ retired: [shop.id], version: 1, changed: false });
  expect(ids(await catalog.instances.list())).toEqual([api.id]);
  expect(ids(await catalog.instances.list({ retired: true }))).toEqual([api.id, shop.id]);
  expect((await catalog.instances.get(shop.id)).retiredAt).toEqual(expect.any(Date));
  expect(await apply({})).toEqual({ retired: [], version: 1, changed: false });
  expect((await catalog.instances.get(shop.id)).retiredAt).toBeNull();
});

test('a fleet of 10,000 instances is applied, and leaves the file again', async () => {
  const fleet = Array.from({ length: 10_000 }, (_, index) => instanceNamed(`fleet-${index}`));
  expect(await apply({ instances: [shop, ...fleet] })).toEqual({ retired: [], version: 1, changed: false });
  expect(await catalog.instances.list()).toHaveLength(10_001);
  const { retired } = await apply({ instances: [shop, ...fleet.slice(5_000)] });
  expect(retired).toEqual(ids(fleet.slice(0, 5_000)).toSorted());
});

test('an instance of the API that the file names belongs to the file from then on', async () => {
  await catalog.instances.add(api, 'ada');
  await apply({ instances: [shop, { ...api, labels: { team: 'green' } }] });
  expect(await catalog.instances.get(api.id)).toMatchObject({ source: 'config', labels: { team: 'green' } });
  expect(await apply({ instances: [shop] })).toEqual({ retired: [api.id], version: 1, changed: false });
});

test('what an instance was before is remembered, however it is changed, and nobody rewrites it', async () => {
  const formerly = async () => (await catalog.instances.get(shop.id)).formerly;
  await apply({ instances: [{ ...shop, connection: 'env:ANOTHER_URL' }] });
  expect(await formerly()).toEqual([]);
  await apply({ instances: [{ ...shop, labels: { tier: 'gold' } }] });
  await apply({ instances: [{ ...shop, dataClass: 'health' }] });
  const [first, second, ...others] = await formerly();
  expect(others).toEqual([]);
  expect(first).toMatchObject({ home: alpha, engine: 'postgres', policy: policy.id, dataClass: 'default', labels: {} });
  expect(second).toMatchObject({ dataClass: 'default', labels: { tier: 'gold' } });
  expect(first?.endedAt.getTime()).toBeLessThanOrEqual(second?.endedAt.getTime() ?? 0);
  expect((await catalog.instances.list())[0]?.formerly).toEqual([first, second]);
  const [review] = await catalog.retention.claimDueReviews({ now: clock.now(), limit: 10, leaseMs: 1 });
  expect(review?.instance.formerly).toEqual([first, second]);

  const sql = postgres(stage.url, { max: 1, onnotice: () => undefined });
  await sql`update instances set labels = '{}', home_region = ${beta} where id = ${shop.id}`;
  expect(await formerly()).toHaveLength(3);
  for (const rewriting of [
    'update instance_versions set ended_at = now()',
    'delete from instance_versions',
    'truncate instance_versions',
  ]) {
    await expect(sql.unsafe(rewriting)).rejects.toThrow(/append|only added|rewrit|refuse/i);
  }
  await sql.end();
  expect(await formerly()).toHaveLength(3);
});

test('an edit ends after everything that was captured before it, whatever the clocks said', async () => {
  const ahead = new Date(clock.now().getTime() + 3_600_000);
  const { capturedAt } = await completePoint(catalog, await openRun(catalog), ahead);
  await apply({ instances: [{ ...shop, labels: { tier: 'gold' } }] });
  const [first] = (await catalog.instances.get(shop.id)).formerly;
  expect(first?.endedAt.getTime()).toBeGreaterThanOrEqual(capturedAt.getTime());
});

test('an edit that changes nothing in the end changes the word by which a deletion notices edits', async () => {
  const before = await catalog.deletions.deciding(shop.id);
  await apply({ instances: [{ ...shop, labels: { tier: 'gold' } }] });
  await apply({});
  expect(await catalog.deletions.deciding(shop.id)).not.toBe(before);
});

test('an instance that holds may cover from now on, or no longer, is looked at', async () => {
  const lookedAt = async () => (await catalog.protection.due(10)).map(({ instance }) => instance);
  for (const look of await catalog.protection.due(10)) await catalog.protection.settle(look, null);
  await apply({});
  expect(await lookedAt()).toEqual([]);
  await apply({ instances: [{ ...shop, labels: { ...shop.labels, team: 'violet' } }] });
  expect(await lookedAt()).toEqual([shop.id]);
});

test('a region whose store is another place now has no verified copy until somebody has looked there', async () => {
  const run = await openRun(catalog);
  const point = await completePoint(catalog, run, clock.now());
  const at = { point: point.id, region: alpha, ...run };
  await catalog.copies.markVerified({ ...at, reason: { rule: 'read-back', text: 'every byte was read' }, seenIn: store });
  const stateOf = async () => (await catalog.copies.list(point.id)).find((copy) => copy.region === alpha)?.state;

  const withStore = (changes: object) =>
    regions.map((region) => (region.id === alpha ? { ...region, store: { ...region.store, ...changes } } : region));
  await apply({ regions: withStore({ accessKeyId: 'env:ROTATED' }) });
  expect(await stateOf()).toBe('verified');
  await apply({ regions: withStore({ prefix: 'elsewhere/' }) });
  expect(await stateOf()).toBe('stored');
});

test('a region that vanishes keeps its row and its copies', async () => {
  const point = await completePoint(catalog, await openRun(catalog), clock.now());
  const [first] = regions;
  await apply({ regions: first === undefined ? [] : [first] });
  expect(ids(await catalog.regions.list())).toEqual([alpha]);
  expect(await catalog.regions.get(beta)).toMatchObject({ id: beta, listed: false, store: { kind: 'fs' } });
  expect(ids(await catalog.regions.list({ unlisted: true }))).toEqual(ids(regions));
  expect((await catalog.copies.list(point.id)).map((copy) => copy.region)).toEqual([alpha, beta]);
  await catalog.regions.applyAll(regions);
  expect(ids(await catalog.regions.list())).toEqual(ids(regions));
});

test('optional settings of a region come back as they were', async () => {
  const region: Region = {
    id: alpha,
    jurisdictions: ['DE', 'EU'],
    provider: 'example',
    keyId: 'k1',
    store: { kind: 's3', bucket: 'b' },
    coordinates: { latitude: 52.5, longitude: 13.4 },
    status: 'draining',
    partners: [beta],
    prices: { storagePerGiBMonth: 0.02, egressPerGiB: 0.09 },
  };
  await catalog.regions.applyAll([region]);
  expect(await catalog.regions.list()).toEqual([{ ...region, listed: true }]);
});

describe('a changed policy', () => {
  const { schedule: _schedule, ...unscheduled } = policy;
  const changes: Record<string, Policy> = {
    'a new schedule': { ...policy, schedule: { cron: '30 * * * *', timeZone: 'UTC' } },
    'no schedule': unscheduled,
  };
  test.each(Object.entries(changes))(
    'with %s has its instances looked at again, and no due time is lost meanwhile',
    async (_name, changed) => {
      const { version } = await catalog.rulebook.current();
      await catalog.instances.setSchedule(shop.id, { schedule: policy.schedule ?? null, version, nextDueAt: due });
      expect(await catalog.instances.listUnscheduled(version)).toEqual([]);
      const { hash } = await catalog.policies.get(policy.id);
      await apply({ policies: [changed] });
      expect((await catalog.policies.get(policy.id)).hash).not.toBe(hash);
      expect((await catalog.instances.get(shop.id)).nextDueAt).toEqual(due);
      expect(await catalog.instances.listUnscheduled((await catalog.rulebook.current()).version)).toMatchObject([
        { id: shop.id, schedule: policy.schedule, nextDueAt: due },
      ]);
    },
  );

  test('that vanishes is no longer listed, and its instances still find it', async () => {
    const other = { ...policy, id: 'other' as Policy['id'] };
    await apply({ policies: [other], instances: [{ ...shop, policy: other.id }] });
    expect((await catalog.policies.list()).map((row) => row.policy.id)).toEqual(['other']);
    expect(await catalog.policies.get(policy.id)).toMatchObject({ listed: false });
    await expect(catalog.policies.get('none' as Policy['id'])).rejects.toMatchObject({
      code: 'policy.not-found',
      facts: { known: 'other' },
    });
  });
});

describe('adding an instance', () => {
  test('twice with the same settings is one instance, and one event', async () => {
    const [first, second] = [await catalog.instances.add(api, 'ada'), await catalog.instances.add(api, 'ada')];
    expect(second).toEqual(first);
    expect(first).toMatchObject({ ...api, source: 'api', retiredAt: null });
    expect(await catalog.audit.list({ subject: api.id })).toMatchObject([{ actor: 'ada', action: 'instance.added' }]);
  });

  test('with other settings, an unknown region or an unknown policy is refused', async () => {
    await catalog.instances.add(api, 'ada');
    const refusals = [
      [{ ...api, connection: 'env:OTHER' }, 'instance.exists'],
      [{ ...api, id: 'new', home: 'nowhere' }, 'region.not-found'],
      [{ ...api, id: 'new', policy: 'none' }, 'policy.not-found'],
    ] as const;
    for (const [instance, code] of refusals) {
      await expect(catalog.instances.add(instance as Instance, 'ada')).rejects.toMatchObject({ code });
    }
    await expect(catalog.instances.get('new' as Instance['id'])).rejects.toMatchObject({ code: 'instance.not-found' });
  });

  test('that was retired brings it back, unless its engine is another', async () => {
    await catalog.instances.add(api, 'ada');
    await catalog.instances.retire(api.id, 'ada');
    await catalog.instances.retire(api.id, 'ada');
    await expect(catalog.instances.add({ ...api, engine: 'files' }, 'ada')).rejects.toMatchObject({ code: 'instance.exists' });
    expect(await catalog.instances.add({ ...api, connection: 'env:OTHER' }, 'ada')).toMatchObject({
      retiredAt: null,
      connection: 'env:OTHER',
    });
    const actions = (await catalog.audit.list({ subject: api.id })).map((event) => event.action);
    expect(actions).toEqual(['instance.revived', 'instance.retired', 'instance.added']);
  });
});
