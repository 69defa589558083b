import { type CbcrClient, createClient, type HoldCheckView } from '@cbcr/client';
import type { HoldId } from '@cbcr/domain';
import { recoveryPointIdSchema, systemClock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makePoint } from '../../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../../test/stage.ts';
import { composeScheduler, type RunningScheduler } from '../../compose.ts';

let stage: SchedulerStage;
let scheduler: RunningScheduler;
let root: CbcrClient;
/** A person with a token of their own. */
const personNamed = async (name: string) =>
  createClient({ url: scheduler.url, token: (await root.issueToken({ name, lifetimeSeconds: 3600 })).token });

beforeAll(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  const environment = {
    databaseUrl: stage.database.url,
    redisUrl: inject('redisUrl'),
    token: stage.token,
    configFile: stage.configFile,
    host: '127.0.0.1',
    port: 0,
    sealKey: stage.sealKey,
    logLevel: 'silent' as const,
  };
  scheduler = await composeScheduler(environment, createLogger({ service: 'test', level: 'silent' }));
  root = createClient({ url: scheduler.url, token: stage.token });
});
afterAll(async () => {
  await scheduler.stop();
  await stage.close();
});

const apply = (text: string) => root.applyConfig({ file: 'cbcr.yaml', text });
const place = (selector: object, by = root) =>
  by.placeHold({ title: 'Miller v. Shop', reason: 'a court asks', matter: '27-104', selector });
const checkOf = async (hold: string): Promise<HoldCheckView['holds'][number]> => {
  const [found] = (await root.checkHolds({ hold })).holds;
  if (found === undefined) throw new Error('a hold that is asked for is checked');
  return found;
};

test('a hold covers what is there and what comes, and the check says where the store does not hold yet', async () => {
  const first = await makePoint(stage, () => 'verified');
  const hold = await place({ instances: [shop] });
  expect(hold).toMatchObject({ state: 'active', placedBy: 'api', selector: { instances: [shop] }, released: null, protectsUntil: null });
  const covered = await checkOf(hold.id);
  expect(covered).toMatchObject({ state: 'active', instances: 1, conflicts: [] });
  expect(covered.regions.map(({ region }) => region).toSorted()).toEqual([stage.home, stage.other].toSorted());
  await makePoint(stage, (region) => (region === stage.home ? 'verified' : 'failed'));
  const later = await checkOf(hold.id);
  expect(later.points).toBe(covered.points + 1);
  expect(later.regions.find(({ region }) => region === stage.other)).toMatchObject({ coming: 1 });

  // A worker was at one of the copies: the check tells it from the others.
  const { run } = await stage.catalog.runs.create({ kind: 'verify', region: stage.home, instance: shop, params: {}, requestedBy: 'test' });
  const opened = await stage.catalog.ledger.open(run.id, 'worker of the test');
  await stage.catalog.protection.record(
    {
      ...{ run: run.id, epoch: opened?.epoch ?? 0, point: first.id, region: stage.home, lock: null },
      effects: [{ hold: hold.id as HoldId, state: 'unsupported', detail: 'a folder has no legal holds' }],
    },
    [],
  );
  const home = (await checkOf(hold.id)).regions.find(({ region }) => region === stage.home);
  expect(home).toMatchObject({ set: 0, pending: 1, unsupported: 1, failed: 0, details: ['a folder has no legal holds'] });
});

test('a hold on a copy that residency forbids is a conflict that names both rules', async () => {
  const hold = await place({ regions: [stage.other] });
  expect((await checkOf(hold.id)).conflicts).toEqual([]);
  // Its class may be in the home alone from now on; what lies elsewhere is illegal.
  await apply(`${stage.yaml({ copies: 1 })}residency:\n  at-home: {dataClasses: [default], data: {allow: [${stage.home}]}}\n`);
  const check = await checkOf(hold.id);
  expect(check.conflictCount).toBeGreaterThan(0);
  expect(check.conflicts[0]).toMatchObject({
    instance: shop,
    region: stage.other,
    hold: { rule: 'hold', text: expect.stringContaining(hold.id) },
    residency: { rule: expect.stringMatching(/^residency-/) },
  });
  await apply(stage.yaml());
});

test('a released hold is in its grace, then it is only in the list of all', async () => {
  const hold = await place({ dataClasses: ['default'] });
  const released = await root.releaseHold(hold.id, { reason: 'settled' });
  expect(released).toMatchObject({ state: 'grace', released: { by: 'api', reason: 'settled', approvedBy: null } });
  expect((await root.listHolds()).map(({ id }) => id)).toContain(hold.id);
  await apply(`${stage.yaml()}retention: {releaseGrace: 1s}\n`);
  // What is placed now never had a longer one; what was released before keeps the one that it was promised.
  const brief = await place({ dataClasses: ['default'] });
  await root.releaseHold(brief.id, { reason: 'settled' });
  await expect.poll(async () => (await root.listHolds()).map(({ id }) => id), { timeout: 60_000 }).not.toContain(brief.id);
  expect((await root.listHolds({ all: true })).find(({ id }) => id === brief.id)).toMatchObject({ state: 'released' });
  expect(await root.getHold(hold.id)).toMatchObject({ state: 'grace', protectsUntil: released.protectsUntil });
  await apply(stage.yaml());
});

test('a second person, and a grace, that a file takes away are there for the holds that exist until the cooling-off is over', async () => {
  await apply(`${stage.yaml()}retention: {releaseNeedsApproval: true, releaseGrace: 5d}\n`);
  const [ada, bob] = [await personNamed('carol'), await personNamed('dave')];
  const hold = await place({ instances: [shop] }, ada);
  await apply(`${stage.yaml()}retention: {releaseNeedsApproval: false, releaseGrace: 1s, coolingOff: 1s}\n`);
  expect(await ada.releaseHold(hold.id, { reason: 'settled' })).toMatchObject({ state: 'active', releaseRequested: { by: 'carol' } });
  const { released, protectsUntil } = await bob.releaseHold(hold.id, { approve: true });
  expect(new Date(protectsUntil ?? 0).getTime() - new Date(released?.at ?? 0).getTime()).toBe(5 * 86_400_000);
  // A hold that is placed under the new rules goes by them.
  const free = await place({ instances: [shop] }, ada);
  expect(await ada.releaseHold(free.id, { reason: 'settled' })).toMatchObject({ released: { by: 'carol', approvedBy: null } });
  await apply(stage.yaml());
});

test('where the rules want two people, the second one is another person', async () => {
  await apply(`${stage.yaml()}retention: {releaseNeedsApproval: true}\n`);
  const [ada, bob] = [await personNamed('ada'), await personNamed('bob')];
  const hold = await place({ instances: [shop] }, ada);
  await expect(bob.releaseHold(hold.id, { approve: true })).rejects.toMatchObject({ code: 'hold.release-not-requested' });
  expect(await ada.releaseHold(hold.id, { reason: 'settled' })).toMatchObject({ state: 'active', releaseRequested: { by: 'ada' } });
  await expect(ada.releaseHold(hold.id, { approve: true })).rejects.toMatchObject({ code: 'hold.same-approver' });
  expect(await root.getHold(hold.id)).toMatchObject({ state: 'active', released: null });
  expect(await bob.releaseHold(hold.id, { approve: true })).toMatchObject({
    state: 'grace',
    released: { by: 'ada', reason: 'settled', approvedBy: 'bob' },
  });
  const events = await stage.catalog.audit.list({ subject: hold.id });
  expect(events.map(({ actor, action }) => `${actor}: ${action}`).toReversed()).toEqual([
    'ada: hold.placed',
    'ada: hold.release-requested',
    'bob: hold.released',
  ]);
  await apply(stage.yaml());
});

test.each([
  ['no condition', () => ({}), 'api.request-invalid'],
  ['an instance that nobody knows', () => ({ instances: ['shopp'] }), 'instance.not-found'],
  ['a region that nobody knows', () => ({ regions: ['nowhere'] }), 'region.not-found'],
  ['a point that nobody knows', () => ({ points: [recoveryPointIdSchema.parse('rp_00000000000000000000000000')] }), 'point.not-found'],
  ['a window that ends before it begins', () => ({ captured: { from: '2027-02-01', to: '2027-01-01' } }), 'api.request-invalid'],
])('a hold with %s is refused: it would cover nothing, and nobody would notice', async (_name, selector, code) => {
  const before = (await root.listHolds({ all: true })).length;
  await expect(place(selector())).rejects.toMatchObject({ code });
  expect(await root.listHolds({ all: true })).toHaveLength(before);
});

test('a lock that nobody knows of cannot be lifted', async () => {
  const point = await makePoint(stage, () => 'verified');
  await expect(root.unlockCopy(point.id, { region: stage.home, reason: 'a mistake' })).rejects.toMatchObject({ code: 'lock.none' });
});

test('a deletion that somebody asks for and the gate refuses is in the audit trail; one that was only tried is not', async () => {
  const { id: point } = await makePoint(stage, () => 'verified');
  await place({ points: [point] });
  const refusals = async () =>
    (await root.listAuditEvents({ action: 'deletion.denied' })).filter((event) => event.subject.startsWith(point));
  const tried = await root.deletePoint(point, { reason: 'it takes room', dryRun: true });
  expect(tried.map(({ allowed }) => allowed)).toEqual([false, false]);
  expect(await refusals()).toEqual([]);
  await root.deletePoint(point, { reason: 'it takes room', dryRun: false });
  const [first, ...others] = await refusals();
  expect(others).toHaveLength(1);
  expect(first).toMatchObject({
    actor: 'api',
    facts: { purpose: 'manual', reasons: expect.arrayContaining([expect.objectContaining({ rule: 'hold' })]) },
  });
});
