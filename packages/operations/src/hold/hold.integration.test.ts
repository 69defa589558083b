import { DeleteObjectCommand, HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { pointPrefix } from '@cbcr/blobstore';
import {
  type InstanceId,
  type Policy,
  policySchema,
  type RecoveryPointId,
  type RegionId,
  regionIdSchema,
  rulebookSchema,
  systemClock,
} from '@cbcr/domain';
import { createS3Client, createTestBucket, type S3Settings } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { crashProcess, failOnceItHolds, isSegment, plantFault } from '../../test/faults.ts';
import { createRun, perform, startRun, succeed } from '../../test/perform.ts';
import { alpha, beta, createStage, gamma, type Stage } from '../../test/stage.ts';
import { planCollections, planDeletions, probeRegion, readStoreProtection } from '../index.ts';

const three = [alpha, beta, gamma];
const buckets = new Map<RegionId, S3Settings>();
let client: ReturnType<typeof createS3Client>;
let stage: Stage;
beforeAll(async () => {
  const { accessKeyId, secretAccessKey } = inject('s3');
  client = createS3Client(inject('s3'));
  stage = await createStage({
    adminUrl: inject('postgresAdminUrl'),
    clock: systemClock,
    secrets: { ACCESS: accessKeyId, SECRET: secretAccessKey },
    storeSpecOf: async (name) => {
      const settings = await createTestBucket(inject('s3'));
      buckets.set(regionIdSchema.parse(name), settings);
      const { endpoint, bucket, region } = settings;
      return { kind: 's3', endpoint, bucket, region, accessKeyId: 'env:ACCESS', secretAccessKey: 'env:SECRET' };
    },
  });
  for (const region of three) await probeRegion(stage.dependencies(), region, new AbortController().signal);
  await configure();
});
afterAll(async () => {
  await stage.close();
  client.destroy();
});

/** As another cbcr.yaml would. */
async function configure(demands: Partial<(typeof policySchema)['_input']> = {}, rules: object[] = []): Promise<void> {
  const policy: Policy = policySchema.parse({
    ...{ id: 'standard', placement: { copies: 3, prefer: [beta, gamma], jurisdictions: ['EU'] } },
    ...demands,
  });
  const { retention } = rulebookSchema.parse({ regions: [], policies: [], retention: { releaseGrace: '1s', coolingOff: '1s', rules } });
  await stage.catalog.applyConfig({ regions: stage.regions, policies: [policy], instances: [], retention }, 'test');
}
const bucketOf = (region: RegionId): string => buckets.get(region)?.bucket ?? '';
const place = (instance: InstanceId) =>
  stage.catalog.holds.place({ title: 'Miller', reason: 'a court asks', matter: null, selector: { instances: [instance] } }, 'ada');
const backUp = async (instance: InstanceId) => (await succeed(stage, 'backup', { instance, params: {} })).point;
const tellStore = (instance: InstanceId, region: RegionId) => succeed(stage, 'hold', { instance, region, params: { instance, region } });
const plan = (instance: InstanceId) => readStoreProtection(stage.dependencies(), instance);

/** Asked of the server itself. */
async function versionsOf(instance: InstanceId, point: RecoveryPointId, region: RegionId) {
  const bucket = bucketOf(region);
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: pointPrefix(instance, point) }));
  return Promise.all(
    Versions.map(async ({ Key, VersionId }) => {
      const at = { Bucket: bucket, Key, VersionId };
      const head = await client.send(new HeadObjectCommand(at));
      const { ObjectLockLegalHoldStatus: hold, ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = head;
      return { at, isHeld: hold === 'ON', mode, until };
    }),
  );
}
const heldFlags = async (instance: InstanceId, point: RecoveryPointId, region: RegionId) =>
  (await versionsOf(instance, point, region)).map(({ isHeld }) => isHeld);
const refused = /AccessDenied|locked|protected|WORM/i;

describe('legal holds', () => {
  test('are on all versions in three regions, where a raw client cannot delete any, and off again after the release and its grace', async () => {
    const shop = await stage.addInstance('shop-held', 'pieces', 'pieces:held');
    const point = await backUp(shop);
    const hold = await place(shop);
    expect((await plan(shop)).steps.map(({ region }) => region).toSorted()).toEqual(three);
    for (const region of three) {
      expect(await tellStore(shop, region)).toMatchObject({ copies: 1, left: 0 });
      const versions = await versionsOf(shop, point, region);
      expect(versions.length).toBeGreaterThan(8);
      expect(new Set(versions.map(({ isHeld }) => isHeld))).toEqual(new Set([true]));
      for (const { at } of versions) await expect(client.send(new DeleteObjectCommand(at))).rejects.toThrow(refused);
      expect(await versionsOf(shop, point, region)).toHaveLength(versions.length);
    }
    expect((await plan(shop)).steps).toEqual([]);
    const effects = await stage.catalog.protection.effects([shop]);
    expect(effects.map(({ region, state }) => `${region} ${state}`).toSorted()).toEqual(['alpha set', 'beta set', 'gamma set']);
    // Again changes nothing.
    expect(await tellStore(shop, beta)).toEqual({ copies: 0, versions: 0, left: 0 });

    await stage.catalog.holds.release(hold.id, 'settled', 'bob');
    await vi.waitFor(async () => expect((await plan(shop)).steps).toHaveLength(3), 60_000);
    for (const region of three) {
      await tellStore(shop, region);
      expect(new Set(await heldFlags(shop, point, region))).toEqual(new Set([false]));
    }
    const [first] = await versionsOf(shop, point, alpha);
    if (first === undefined) throw new Error('the copy has objects');
    await client.send(new DeleteObjectCommand(first.at));
  });

  test('stay while another hold covers the copy', async () => {
    const shop = await stage.addInstance('shop-twice', 'pieces', 'pieces:twice');
    const point = await backUp(shop);
    const [first, second] = [await place(shop), await place(shop)];
    await tellStore(shop, alpha);
    await stage.catalog.holds.release(first.id, 'settled', 'bob');
    await vi.waitFor(
      async () => expect((await plan(shop)).steps.find(({ region }) => region === alpha)?.clear).toEqual([first.id]),
      60_000,
    );
    await tellStore(shop, alpha);
    expect(new Set(await heldFlags(shop, point, alpha))).toEqual(new Set([true]));
    const states = (await stage.catalog.protection.effects([shop])).map(({ hold, state }) => `${hold} ${state}`);
    expect(states.toSorted()).toEqual([`${first.id} cleared`, `${second.id} set`].toSorted());
  });

  test('cover the copy that a replicate was making when they were placed', async () => {
    const shop = await stage.addInstance('shop-moving', 'pieces', 'pieces:moving');
    const lost = plantFault((call) => call.operation === 'put' && call.index >= 3, failOnceItHolds);
    stage.plant(gamma, lost.wrap);
    const point = await backUp(shop);
    expect(lost.fired).not.toEqual([]);
    let hold: Awaited<ReturnType<typeof place>> | undefined;
    // In the middle of the copy, between two segments.
    stage.plant(gamma, (store) => ({
      ...store,
      put: async (key, body, options) => {
        if (isSegment(key)) hold ??= await place(shop);
        await store.put(key, body, options);
      },
    }));
    await succeed(stage, 'replicate', { instance: shop, point, region: gamma, params: { point, target: gamma } });
    stage.plant(gamma, null);
    expect(hold).toBeDefined();
    const looks = await stage.catalog.protection.due(1_000);
    expect(looks.map(({ instance }) => instance)).toContain(shop);
    expect((await plan(shop)).steps.find(({ region }) => region === gamma)).toMatchObject({ legalHold: true, set: [hold?.id] });
    await tellStore(shop, gamma);
    const flags = await heldFlags(shop, point, gamma);
    expect(flags.length).toBeGreaterThan(8);
    expect(new Set(flags)).toEqual(new Set([true]));
  });
});

describe('locks', () => {
  test('are on every object from its first byte; nobody deletes a locked version, and the catalog says until when', async () => {
    const shop = await stage.addInstance('shop-locked', 'pieces', 'pieces:locked');
    await configure({ lock: { mode: 'compliance', for: '2h' } });
    const before = systemClock.now().getTime();
    const point = await backUp(shop);
    for (const region of three) {
      const versions = await versionsOf(shop, point, region);
      expect(versions.length).toBeGreaterThan(8);
      for (const { at, mode, until } of versions) {
        expect(mode).toBe('COMPLIANCE');
        expect(until?.getTime()).toBeGreaterThanOrEqual(before + 2 * 3_600_000);
        await expect(client.send(new DeleteObjectCommand(at))).rejects.toThrow(refused);
      }
    }
    await tellStore(shop, alpha);
    const { capturedAt } = await stage.catalog.points.get(point);
    const [lock] = await stage.catalog.protection.locks([shop]);
    expect(lock).toMatchObject({ point, region: alpha, mode: 'compliance' });
    expect(lock?.until.getTime()).toBeGreaterThanOrEqual(capturedAt.getTime() + 2 * 3_600_000);
    await expect(stage.catalog.protection.exempt({ point, region: alpha }, 'a mistake', 'ada')).rejects.toMatchObject({
      code: 'lock.compliance',
    });
    expect((await plan(shop)).steps.map(({ region }) => region)).not.toContain(alpha);

    // Longer rules extend it, shorter ones leave it.
    await configure({ lock: { mode: 'compliance', for: '5h' } });
    await tellStore(shop, alpha);
    const extended = await versionsOf(shop, point, alpha);
    for (const { until } of extended) expect(until?.getTime()).toBeGreaterThanOrEqual(capturedAt.getTime() + 5 * 3_600_000);
    await configure({ lock: { mode: 'compliance', for: '1h' } });
    await tellStore(shop, alpha);
    expect((await versionsOf(shop, point, alpha)).map(({ until }) => until)).toEqual(extended.map(({ until }) => until));
    await configure();
  });

  test('in governance mode are lifted by a recorded exception, for one copy, and not set again', async () => {
    const shop = await stage.addInstance('shop-lifted', 'pieces', 'pieces:lifted');
    await configure({ lock: { mode: 'governance', for: '2h' } });
    const point = await backUp(shop);
    for (const region of three) await tellStore(shop, region);
    await stage.catalog.protection.exempt({ point, region: beta }, 'the bucket moves', 'ada');
    await tellStore(shop, beta);
    const versions = await versionsOf(shop, point, beta);
    for (const { until } of versions) expect(until?.getTime()).toBeLessThan(systemClock.now().getTime() + 60_000);
    const [first] = versions;
    if (first === undefined) throw new Error('the copy has objects');
    await vi.waitFor(() => client.send(new DeleteObjectCommand(first.at)), 60_000);
    expect((await plan(shop)).steps).toEqual([]);
    const events = await stage.catalog.audit.list({ subject: `${point}/${beta}` });
    const ofLock = events.map(({ action }) => action).filter((action) => action.startsWith('lock.'));
    expect(ofLock.toReversed()).toEqual(['lock.extended', 'lock.bypass-allowed', 'lock.bypassed']);
    expect(events.find(({ action }) => action === 'lock.bypass-allowed')).toMatchObject({
      actor: 'ada',
      facts: { reason: 'the bucket moves' },
    });
    const { facts: allowed } = events.find(({ action }) => action === 'lock.bypass-allowed') ?? {};
    const { facts: bypassed } = events.find(({ action }) => action === 'lock.bypassed') ?? {};
    expect(bypassed).toEqual({ point, region: beta, reason: 'the bucket moves', until: allowed?.['until'] });
    for (const { at } of await versionsOf(shop, point, alpha))
      await expect(client.send(new DeleteObjectCommand(at))).rejects.toThrow(refused);
    await configure();
  });

  test('in governance mode stay so where the policy demands compliance now and the store raises none, are extended all the same, and the run says so', async () => {
    const shop = await stage.addInstance('shop-raised', 'pieces', 'pieces:raised');
    await configure({ lock: { mode: 'governance', for: '2h' } });
    const point = await backUp(shop);
    await tellStore(shop, alpha);
    await configure({ lock: { mode: 'compliance', for: '9h' } });
    // A store that raises it: see the tests of the S3 locker. This one refuses.
    expect(await tellStore(shop, alpha)).toMatchObject({ left: 1 });
    const { capturedAt } = await stage.catalog.points.get(point);
    for (const { mode, until } of await versionsOf(shop, point, alpha)) {
      expect(mode).toBe('GOVERNANCE');
      expect(until?.getTime()).toBeGreaterThan(capturedAt.getTime() + 8 * 3_600_000);
    }
    const known = (await stage.catalog.protection.locks([shop])).find(({ region }) => region === alpha);
    expect(known?.mode).toBe('governance');
    expect(JSON.stringify(stage.lines)).toContain('the store refuses to raise a governance lock to compliance');
    expect((await plan(shop)).steps.filter(({ region }) => region === alpha)).toMatchObject([{ lock: { mode: 'compliance' } }]);
    await configure();
  });

  test('keep what a dead attempt left: a search says until when, and nothing is tried before', async () => {
    const shop = await stage.addInstance('shop-leftovers', 'pieces', 'pieces:leftovers');
    await configure({ lock: { mode: 'governance', for: '90d' } });
    const run = await createRun(stage, 'backup', { instance: shop, params: {} });
    const crash = crashProcess(stage.dependencies(), 'before', (deed) => deed === 'points.complete');
    await startRun(stage, 'backup', run, { dependencies: crash.dependencies, dies: true });
    await startRun(stage, 'backup', run);
    const now = () => new Date(systemClock.now().getTime() + 48 * 3_600_000);
    await stage.catalog.clockWatch.see({ lastSeenAt: now(), doubt: null });
    const ours = stage.dependencies();
    const dependencies = { ...ours, clock: { ...systemClock, now }, tuning: { ...ours.tuning, workerStaleMs: 96 * 3_600_000 } };
    const wanted = { instance: shop, region: beta, params: { region: beta, instance: shop } };
    const { garbage } = await succeed(stage, 'garbage', wanted, { dependencies });
    expect(garbage).toMatchObject([{ denied: [{ rule: 'lock-date' }] }]);
    expect(planCollections({ id: run.id, region: beta }, { garbage }, 'test')).toEqual([]);
    await stage.catalog.clockWatch.see({ lastSeenAt: systemClock.now(), doubt: null });
    await configure();
  });

  test('never reach further into the future than the cap, and are extended as time goes by', async () => {
    const shop = await stage.addInstance('shop-capped', 'pieces', 'pieces:capped');
    await configure({ lock: { mode: 'governance', for: '50y' } });
    const dependencies = stage.dependencies();
    const capped = { ...dependencies, tuning: { ...dependencies.tuning, longestLockMs: 3_600_000 } };
    const { point } = await succeed(stage, 'backup', { instance: shop, params: {} }, { dependencies: capped });
    await succeed(stage, 'hold', { instance: shop, region: alpha, params: { instance: shop, region: alpha } }, { dependencies: capped });
    for (const { until } of await versionsOf(shop, point, alpha)) {
      expect(until?.getTime()).toBeLessThan(systemClock.now().getTime() + 3_600_000 + 1_000);
    }
    const { steps, nextAt } = await readStoreProtection(capped, shop);
    expect(steps.map(({ region }) => region)).not.toContain(alpha);
    expect(nextAt?.getTime()).toBeLessThan(systemClock.now().getTime() + 3_600_000);
    await configure();
  });

  test('last as long as the rules for each region keep the copy, and as long as the policy says there, also in a copy that is made later', async () => {
    const shop = await stage.addInstance('shop-ruled', 'pieces', 'pieces:ruled');
    const lock = { mode: 'governance', regions: { gamma: { mode: 'compliance', for: '5h' } } } as const;
    const rules = (archiveFor: string) => [
      { id: 'base', minimum: '2h' },
      { id: 'archive', select: { regions: [beta] }, keep: { for: archiveFor } },
    ];
    await configure({ lock }, rules('3h'));
    const lost = plantFault((call) => call.operation === 'put' && call.index >= 3, failOnceItHolds);
    stage.plant(gamma, lost.wrap);
    const from = systemClock.now().getTime();
    const point = await backUp(shop);
    stage.plant(gamma, null);
    expect(lost.fired).not.toEqual([]);
    await succeed(stage, 'replicate', { instance: shop, point, region: gamma, params: { point, target: gamma } });
    const { capturedAt } = await stage.catalog.points.get(point);
    const captured = capturedAt.getTime();
    /** Of every object there: the mode, and after how many whole hours from the capture the lock ends. */
    const locksIn = async (region: RegionId) => {
      const versions = await versionsOf(shop, point, region);
      expect(versions.length).toBeGreaterThan(8);
      return new Set(versions.map(({ mode, until }) => `${mode} ${Math.round(((until?.getTime() ?? 0) - captured) / 3_600_000)}h`));
    };
    // What the capture took is little beside an hour, however slow the machine is.
    expect(captured - from).toBeLessThan(1_500_000);
    expect([await locksIn(alpha), await locksIn(beta), await locksIn(gamma)]).toEqual([
      new Set(['GOVERNANCE 2h']),
      new Set(['GOVERNANCE 3h']),
      new Set(['COMPLIANCE 5h']),
    ]);
    for (const region of three) await tellStore(shop, region);
    expect((await plan(shop)).steps).toEqual([]);

    // The named rule for one region becomes longer: there alone locks are extended, and somebody looks.
    await configure({ lock }, rules('7h'));
    expect((await stage.catalog.protection.due(1_000)).map(({ instance }) => instance)).toContain(shop);
    expect((await plan(shop)).steps.map(({ region }) => region)).toEqual([beta]);
    await tellStore(shop, beta);
    expect([await locksIn(alpha), await locksIn(beta)]).toEqual([new Set(['GOVERNANCE 2h']), new Set(['GOVERNANCE 7h'])]);
    // And shorter again: nothing changes.
    await configure({ lock }, rules('1h'));
    expect((await plan(shop)).steps).toEqual([]);
    await tellStore(shop, beta);
    expect(await locksIn(beta)).toEqual(new Set(['GOVERNANCE 7h']));
    await configure();
  });

  test('keep a copy whose time is over: the gate says until when, and where clocks are wrong the store refuses', async () => {
    const shop = await stage.addInstance('shop-waiting', 'pieces', 'pieces:waiting');
    await configure({ lock: { regions: { beta: { mode: 'governance', for: '48h' } } } });
    const point = await backUp(shop);
    for (const region of three) await succeed(stage, 'verify', { instance: shop, params: { point, region }, point, region });
    await tellStore(shop, beta);
    const before = await versionsOf(shop, point, beta);
    const [{ until } = { until: undefined }] = await stage.catalog.protection.locks([shop]);
    if (until === undefined) throw new Error('the catalog knows the lock');
    const dayMs = 24 * 3_600_000;
    const inDays = async (days: number) => {
      const now = () => new Date(systemClock.now().getTime() + days * dayMs);
      await stage.catalog.clockWatch.see({ lastSeenAt: now(), doubt: null });
      const { tuning } = stage.dependencies();
      return stage.dependencies({ clock: { ...systemClock, now }, tuning: { ...tuning, workerStaleMs: 90 * dayMs } });
    };
    const asked = {
      ...{ purpose: 'manual' as const, wholePoint: false, requestedBy: 'ada', dryRun: true },
      request: { by: 'ada', reason: 'it takes room' },
    };
    const [planned] = await planDeletions(await inDays(1), [{ instance: shop, point, region: beta }], asked);
    expect(planned?.verdict.reasons.filter(({ allows }) => !allows)).toMatchObject([
      { rule: 'lock-date', text: `the store locks it until ${until.toISOString()}` },
    ]);

    // Marked all the same, as if nobody had known of the lock.
    const mark = {
      instance: shop,
      purpose: 'manual' as const,
      wholePoint: false,
      requestedBy: 'ada',
      requestReason: 'a test',
      reasons: [],
    };
    expect(await stage.catalog.deletions.mark({ point, region: beta, ...mark }, 'verified')).toBe(true);
    const remove = { instance: shop, region: beta, params: { instance: shop, region: beta, points: [point], purpose: 'manual' } };
    const denied = await perform(stage, 'retention', remove, { dependencies: await inDays(1.5) });
    expect(denied).toMatchObject({ result: { deleted: [], denied: [{ point, reasons: [expect.stringContaining(until.toISOString())] }] } });
    // A worker whose time is far ahead believes that the lock is over. The store does not.
    const refusal = await perform(stage, 'retention', remove, { dependencies: await inDays(3) });
    expect(refusal.state).not.toBe('succeeded');
    expect((await versionsOf(shop, point, beta)).map(({ at }) => at)).toEqual(before.map(({ at }) => at));
    expect((await stage.catalog.copies.list(point)).find(({ region }) => region === beta)?.state).toBe('expiring');

    // It was the lock alone: once it is lifted, the same run ends.
    await stage.catalog.protection.exempt({ point, region: beta }, 'the test ends', 'ada');
    await tellStore(shop, beta);
    await vi.waitFor(async () => {
      const again = await startRun(stage, 'retention', refusal.run, { dependencies: await inDays(3) });
      expect(again).toMatchObject({ state: 'succeeded', result: { deleted: [point] } });
    }, 60_000);
    expect(await versionsOf(shop, point, beta)).toEqual([]);
    await configure();
  });
});
