import {
  type InstanceId,
  type RecoveryPointId,
  type RegionId,
  retentionSectionSchema,
  rulebookPolicySchema,
  systemClock,
} from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { crashProcess, type Deed, isManifest } from '../../test/faults.ts';
import { type MadePoint, makePoint } from '../../test/made-point.ts';
import { createRun, perform, startRun } from '../../test/perform.ts';
import { alpha, beta, createStage, gamma, type Stage } from '../../test/stage.ts';
import { carryOutDeletions } from './carry-out-deletions.ts';
import { planDeletions } from './plan-deletions.ts';
import { planExpired } from './plan-expired.ts';

let stage: Stage;
let shop: InstanceId;
const hourMs = 3_600_000;
/** When the grace of what is marked now is over. */
const later = () => new Date(systemClock.now().getTime() + 25 * hourMs);
/** Of a worker that comes then. */
const dependencies = () => {
  const { tuning } = stage.dependencies();
  return stage.dependencies({ clock: { ...systemClock, now: later }, tuning: { ...tuning, workerStaleMs: 48 * hourMs } });
};
/** Of one to whom something happens just before the point of no return. */
const dependenciesThat = (around: (begin: () => Promise<boolean>) => Promise<boolean>) => {
  const ours = dependencies();
  const { deletions } = ours.catalog;
  const begin: typeof deletions.begin = (...given) => around(() => deletions.begin(...given));
  return { ...ours, catalog: { ...ours.catalog, deletions: { ...deletions, begin } } };
};
const stateOf = async (point: RecoveryPointId, region: RegionId) =>
  (await stage.catalog.copies.list(point)).find((copy) => copy.region === region)?.state;

async function mark(point: RecoveryPointId, ...regions: RegionId[]): Promise<void> {
  for (const region of regions) {
    const reasons = [{ rule: 'was-asked-for', text: 'the test asked for it' }];
    const wholePoint = regions.length === 3;
    const asked = { instance: shop, purpose: 'manual' as const, wholePoint, requestedBy: 'tester', requestReason: 'a test', reasons };
    expect(await stage.catalog.deletions.mark({ point, region, ...asked }, 'verified')).toBe(true);
  }
}
const wanted = (point: RecoveryPointId, region: RegionId) => ({
  instance: shop,
  region,
  params: { instance: shop, region, points: [point], purpose: 'manual' },
});

/** An old point and a newer one, both verified everywhere. */
let old: MadePoint;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
});
beforeEach(async () => {
  old = await makePoint(stage, shop);
  await old.verify(alpha, beta, gamma);
  await (await makePoint(stage, shop)).verify(alpha, beta, gamma);
  await stage.catalog.clockWatch.see({ lastSeenAt: later(), doubt: null });
});
afterAll(() => stage.close());

describe('a copy whose grace is over', () => {
  test('goes with every object, is proven to be gone, and leaves evidence', async () => {
    const [there, other] = [await old.keys(beta), await old.fingerprint(alpha)];
    await mark(old.id, beta);
    const done = await perform(stage, 'retention', wanted(old.id, beta), { dependencies: dependencies() });
    expect(done).toMatchObject({ state: 'succeeded', result: { deleted: [old.id], denied: [], versions: there.length } });
    expect(await old.keys(beta)).toEqual([]);
    expect(await old.fingerprint(alpha)).toEqual(other);
    expect(await stateOf(old.id, beta)).toBe('deleted');
    const [evidence] = await stage.catalog.deletions.listOf(old.id);
    expect(evidence).toMatchObject({ region: beta, purpose: 'manual', versionsDeleted: there.length, requestReason: 'a test' });
    expect([evidence?.begunAt, evidence?.manifestGoneAt, evidence?.confirmedAbsentAt]).not.toContain(null);
    const events = await stage.catalog.audit.list({ subject: `${old.id}/${beta}` });
    expect(events.map(({ action }) => action)).toEqual(expect.arrayContaining(['copy.expiring', 'copy.deleted']));
    expect(events.find(({ action }) => action === 'copy.deleted')?.facts).toMatchObject({ versions: there.length });

    // The same wish again: nothing is there, and nothing happens.
    const again = await perform(stage, 'retention', wanted(old.id, beta), { dependencies: dependencies() });
    expect(again).toMatchObject({ state: 'succeeded', result: { deleted: [], versions: 0 } });
  });

  test('takes its point with it when it was the last one', async () => {
    await mark(old.id, alpha, beta, gamma);
    expect((await stage.catalog.points.get(old.id)).state).toBe('expiring');
    for (const region of [alpha, beta, gamma]) {
      expect(await perform(stage, 'retention', wanted(old.id, region), { dependencies: dependencies() })).toMatchObject({
        state: 'succeeded',
      });
    }
    expect((await stage.catalog.points.get(old.id)).state).toBe('deleted');
  });

  test('stays when a hold covers it now, and can be kept after all', async () => {
    const there = await old.fingerprint(beta);
    await mark(old.id, beta);
    const hold = { title: 'case', reason: 'a court asks', matter: null, selector: { points: [old.id] } };
    const { id } = await stage.catalog.holds.place(hold, 'counsel');
    const done = await perform(stage, 'retention', wanted(old.id, beta), { dependencies: dependencies() });
    expect(done).toMatchObject({
      state: 'succeeded',
      result: { deleted: [], denied: [{ point: old.id, reasons: [expect.stringContaining(id)] }] },
    });
    expect(await old.fingerprint(beta)).toEqual(there);
    expect((await stage.catalog.audit.list({ subject: `${old.id}/${beta}` })).map(({ action }) => action)).toContain('deletion.denied');
    expect(await stage.catalog.deletions.undo({ point: old.id, region: beta }, 'tester', [{ rule: 'hold', text: 'held' }])).toBe(true);
    expect(await stateOf(old.id, beta)).toBe('stored');
    await old.verify(beta);
    await stage.catalog.holds.release(id, 'the court is done', 'counsel');
  });

  test('stays when a hold is placed between the last answer of the gate and the point of no return', async () => {
    const there = await old.fingerprint(beta);
    await mark(old.id, beta);
    const placed: string[] = [];
    const answers: boolean[] = [];
    const done = await perform(stage, 'retention', wanted(old.id, beta), {
      dependencies: dependenciesThat(async (begin) => {
        if (placed.length === 0) {
          const hold = { title: 'case', reason: 'a court asks', matter: null, selector: { points: [old.id] } };
          placed.push((await stage.catalog.holds.place(hold, 'counsel')).id);
        }
        answers.push(await begin());
        return answers.at(-1) === true;
      }),
    });
    expect(answers).toEqual([false]);
    expect(done).toMatchObject({ result: { deleted: [], denied: [{ reasons: [expect.stringContaining(placed.join())] }] } });
    expect(await old.fingerprint(beta)).toEqual(there);
    expect((await stage.catalog.deletions.listOf(old.id)).map(({ begunAt }) => begunAt)).toEqual([null]);
    for (const hold of await stage.catalog.holds.list())
      if (hold.released === null) await stage.catalog.holds.release(hold.id, 'the court is done', 'counsel');
  });

  test('is asked about again when the rules change between the last answer of the gate and the point of no return', async () => {
    await mark(old.id, beta);
    const answers: boolean[] = [];
    const done = await perform(stage, 'retention', wanted(old.id, beta), {
      dependencies: dependenciesThat(async (begin) => {
        if (answers.length === 0) await stage.changePolicy({ synchronousMinimum: 2 });
        answers.push(await begin());
        return answers.at(-1) === true;
      }),
    });
    expect(answers).toEqual([false, true]);
    expect(done).toMatchObject({ result: { deleted: [old.id] } });
    await stage.changePolicy({ synchronousMinimum: 1 });
  });

  test('stays when the newer point on which it relied is found damaged between the last answer of the gate and the point of no return', async () => {
    const instance = await stage.addInstance('shop-relying', 'pieces', 'pieces:relying');
    const [older, newer] = [await makePoint(stage, instance), await makePoint(stage, instance)];
    await older.verify(alpha, beta, gamma);
    await newer.verify(alpha);
    const there = await older.fingerprint(beta);
    const reasons = [{ rule: 'was-asked-for', text: 'the test asked for it' }];
    for (const region of [alpha, beta, gamma]) {
      const asked = { instance, purpose: 'manual' as const, wholePoint: true, requestedBy: 'tester', requestReason: 'a test', reasons };
      expect(await stage.catalog.deletions.mark({ point: older.id, region, ...asked }, 'verified')).toBe(true);
    }
    const [segment = ''] = await newer.segments(alpha);
    const answers: boolean[] = [];
    const params = { instance, region: beta, points: [older.id], purpose: 'manual' };
    const done = await perform(
      stage,
      'retention',
      { instance, region: beta, params },
      {
        dependencies: dependenciesThat(async (begin) => {
          if (answers.length === 0) {
            await newer.flipByte(alpha, segment);
            await newer.verify(alpha).catch(() => undefined);
            expect((await newer.copies())['alpha']?.state).toBe('failed');
          }
          answers.push(await begin());
          return answers.at(-1) === true;
        }),
      },
    );
    expect(answers).toEqual([false]);
    expect(done).toMatchObject({ result: { deleted: [], denied: [{ reasons: [expect.stringContaining('last-good')] }] } });
    expect(await older.fingerprint(beta)).toEqual(there);
  });

  test('keeps its manifest when the store locks or holds one segment alone', async () => {
    const there = await old.fingerprint(beta);
    const [segment] = await old.segments(beta);
    await mark(old.id, beta);
    for (const [lock, said] of [
      [{ retainUntil: new Date(later().getTime() + hourMs), legalHold: false }, /lock-date/],
      [{ retainUntil: null, legalHold: true }, /a legal hold is set on .*segments/],
    ] as const) {
      stage.plant(beta, (store) => ({
        ...store,
        openEraser: (permit) => ({ ...store.openEraser(permit), lockOf: async ({ key }) => (key === segment ? lock : null) }),
      }));
      const done = await perform(stage, 'retention', wanted(old.id, beta), { dependencies: dependencies() });
      stage.plant(beta, null);
      expect(done).toMatchObject({ result: { deleted: [], denied: [{ reasons: [expect.stringMatching(said)] }] } });
      expect(await old.fingerprint(beta)).toEqual(there);
    }
  });

  test('stays while a run reads the point, and before the grace is over', async () => {
    await mark(old.id, beta);
    const early = await perform(stage, 'retention', wanted(old.id, beta));
    expect(early).toMatchObject({ result: { deleted: [] } });
    const reader = await createRun(stage, 'restore', {
      instance: shop,
      point: old.id,
      params: { point: old.id, to: alpha, target: stage.nameConnection('pieces:target') },
    });
    const busy = await perform(stage, 'retention', wanted(old.id, beta), { dependencies: dependencies() });
    expect(busy).toMatchObject({ result: { deleted: [], denied: [{ reasons: [expect.stringContaining(reader.id)] }] } });
    await stage.catalog.runs.requestCancel(reader.id, 'test');
  });
});

const deeds = [
  'deletions.begin',
  'erase beta manifest',
  'deletions.manifestGone',
  'erase beta segments',
  'deletions.count',
  'deletions.finish',
];
const steps = deeds.flatMap((deed) => [['before', deed] as const, ['after', deed] as const]);

describe('a worker that dies amid a deletion', () => {
  test.each(steps)('%s %s: no manifest without its segments, no claim that is not true, and the next start ends it', async (when, at) => {
    const whole = await old.keys(beta);
    await mark(old.id, beta);
    const run = await createRun(stage, 'retention', wanted(old.id, beta));
    const crash = crashProcess(dependencies(), when, (deed: Deed) => deed === at);
    const first = await startRun(stage, 'retention', run, { dependencies: crash.dependencies, dies: true });
    expect(crash.happened(), `it did ${crash.deeds.join(', ')}`).toBe(true);
    expect(first.state).toBe('lost');

    const left = await old.keys(beta);
    if (left.some(isManifest)) expect(left).toEqual(whole);
    const claimed = await stateOf(old.id, beta);
    expect(claimed).toBe(when === 'after' && at === 'deletions.finish' ? 'deleted' : 'expiring');
    if (claimed === 'deleted') expect(left).toEqual([]);
    const isBegun = !(when === 'before' && at === 'deletions.begin');
    if (isBegun && claimed === 'expiring') {
      expect(await stage.catalog.deletions.undo({ point: old.id, region: beta }, 'tester', [])).toBe(false);
    }

    const second = await startRun(stage, 'retention', run, { dependencies: dependencies() });
    if (second.state !== 'succeeded') throw second.error;
    expect(second.run).toMatchObject({ epoch: 2, attempts: 0 });
    expect(await old.keys(beta)).toEqual([]);
    expect(await stateOf(old.id, beta)).toBe('deleted');
    expect(await stage.catalog.deletions.listOf(old.id)).toHaveLength(1);
  });
});

test('a store that deletes nothing and says otherwise is not believed: the catalog claims nothing', async () => {
  await mark(old.id, beta);
  stage.plant(beta, (store) => ({
    ...store,
    openEraser: (permit) => ({
      ...store.openEraser(permit),
      deleteVersions: async (versions) => versions.map((version) => ({ version, outcome: 'erased' as const })),
    }),
  }));
  const run = await createRun(stage, 'retention', wanted(old.id, beta));
  const lied = await startRun(stage, 'retention', run, { dependencies: dependencies() });
  stage.plant(beta, null);
  expect(lied).toMatchObject({ state: 'failed', error: { code: 'store.erasure-incomplete' } });
  expect(await stateOf(old.id, beta)).toBe('expiring');
  expect(await startRun(stage, 'retention', run, { dependencies: dependencies() })).toMatchObject({ state: 'succeeded' });
  expect(await stateOf(old.id, beta)).toBe('deleted');
});

test('nobody deletes by hand what a rule of the rulebook keeps at least so long', async () => {
  const placement = { copies: 3, prefer: [beta, gamma], jurisdictions: ['EU'] };
  const config = { regions: [...stage.regions], policies: [rulebookPolicySchema.parse({ id: 'standard', placement })], instances: [] };
  const asked = {
    ...{ purpose: 'manual' as const, wholePoint: false, requestedBy: 'ada', dryRun: true },
    request: { by: 'ada', reason: 'it takes room' },
  };
  const denials = async () => {
    const [answer] = await planDeletions(dependencies(), [{ instance: shop, point: old.id, region: beta }], asked);
    return answer?.verdict.reasons.filter(({ allows }) => !allows).map(({ rule }) => rule);
  };
  await stage.catalog.applyConfig(config, 'test');
  expect(await denials()).toEqual([]);
  const retention = retentionSectionSchema.parse({ rules: [{ id: 'law', select: {}, minimum: '30d' }] });
  await stage.catalog.applyConfig({ ...config, retention }, 'test');
  expect(await denials()).toEqual(['minimum-retention']);
});

test('an instance that is retired by mistake keeps its last good point until that has cooled off', async () => {
  const gone = await stage.addInstance('shop-gone', 'pieces', 'pieces:gone');
  const only = await makePoint(stage, gone);
  await only.verify(alpha, beta, gamma);
  await stage.catalog.instances.retire(gone, 'ada');
  const ask = async (inHours: number) => {
    const at = () => new Date(systemClock.now().getTime() + inHours * hourMs);
    await stage.catalog.clockWatch.see({ lastSeenAt: at(), doubt: null });
    const copies = [alpha, beta, gamma].map((region) => ({ instance: gone, point: only.id, region }));
    const wish = {
      purpose: 'manual' as const,
      wholePoint: true,
      request: { by: 'ada', reason: 'a test' },
      requestedBy: 'ada',
      dryRun: true,
    };
    const tuning = { ...stage.dependencies().tuning, workerStaleMs: 99 * hourMs };
    const planned = await planDeletions(stage.dependencies({ clock: { ...systemClock, now: at }, tuning }), copies, wish);
    return planned.flatMap(({ verdict }) =>
      verdict.reasons.filter(({ rule, allows }) => rule === 'last-good' && !allows).map(({ text }) => text),
    );
  };
  const denied = await ask(71);
  expect(denied.length).toBeGreaterThan(0);
  for (const text of denied) expect(text).toMatch(/an instance that was retired; that cools off until /);
  expect(await ask(73)).toEqual([]);
});

test('what has expired is marked as far as the gate lets it, and too much at once waits for a confirmation', async () => {
  const policies = [
    { id: 'standard', placement: { copies: 3, prefer: [beta, gamma], jurisdictions: ['EU'] }, retention: { keepFor: '1h' } },
  ];
  const change = { regions: [...stage.regions], policies: policies.map((policy) => rulebookPolicySchema.parse(policy)), instances: [] };
  await stage.catalog.applyConfig(change, 'test');
  const before = (await stage.catalog.points.list({ instance: shop, state: 'complete', limit: 200 })).map(({ id }) => id);
  const hold = { title: 'case', reason: 'a court asks', matter: null, selector: { points: [old.id] } };
  await stage.catalog.holds.place(hold, 'counsel');
  // Neither the cooling-off of the rules before, nor that of a day: those that kept everything still hold.
  const cooling = await planExpired(dependencies(), shop, { requestedBy: 'test', dryRun: true });
  expect(cooling.planned).toEqual([]);
  const muchLater = () => new Date(systemClock.now().getTime() + 400 * 24 * hourMs);
  const { tuning } = stage.dependencies();
  const then = stage.dependencies({ clock: { ...systemClock, now: muchLater }, tuning: { ...tuning, workerStaleMs: 500 * 24 * hourMs } });
  await stage.catalog.clockWatch.see({ lastSeenAt: muchLater(), doubt: null });

  const stopped = await planExpired(then, shop, { requestedBy: 'test', dryRun: false });
  expect(stopped.stopped.map(({ rule }) => rule)).toContain('bulk-share');
  expect(stopped.planned.some(({ marked }) => marked)).toBe(false);
  for (const scope of [`instance:${shop}`, ...[alpha, beta, gamma].map((region) => `region:${region}`)]) {
    await stage.catalog.deletionConfirmations.confirm(scope, new Date(systemClock.now().getTime() + hourMs), 'tester', 'a test');
  }
  const { planned } = await planExpired(then, shop, { requestedBy: 'test', dryRun: false });
  const [newest, ...others] = before;
  // The rules keep what a hold covers, so that it is not even a candidate, and the gate refuses it to whoever asks all the same.
  const older = others.filter((id) => id !== old.id);
  expect(older).toHaveLength(others.length - 1);
  const forced = { purpose: 'retention' as const, wholePoint: false, request: null, requestedBy: 'test', dryRun: true };
  const [refused] = await planDeletions(then, [{ instance: shop, point: old.id, region: beta }], forced);
  expect(refused?.verdict.reasons.filter(({ allows }) => !allows).map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(['has-expired', 'hold']),
  );
  for (const one of planned) expect(one.marked, `${one.point} ${JSON.stringify(one.verdict.reasons)}`).toBe(one.point !== newest);
  expect(new Set(planned.filter(({ marked }) => marked).map(({ point }) => point))).toEqual(new Set(older));
  const kept = [newest ?? old.id, old.id];
  for (const id of kept)
    expect((await stage.catalog.copies.list(id)).map(({ state }) => state)).toEqual(['verified', 'verified', 'verified']);

  // The grace is over by then: what was marked goes, in every region, and nothing else does.
  const survivors = await old.fingerprint(beta);
  const open = await stage.catalog.deletions.listOpen({ points: older });
  const { runs, kept: undone } = await carryOutDeletions(then, shop, open, 'test');
  expect(undone).toEqual([]);
  expect(new Set(runs.map(({ region }) => region))).toEqual(new Set([alpha, beta, gamma]));
  for (const { region, params } of runs) {
    const done = await perform(
      stage,
      'retention',
      { instance: shop, region, params: jobKinds.retention.params.parse(params) },
      { dependencies: then },
    );
    expect(done).toMatchObject({ state: 'succeeded', result: { denied: [] } });
  }
  for (const id of older) {
    expect((await stage.catalog.points.get(id)).state).toBe('deleted');
    const events = await stage.catalog.audit.list({ subject: `${id}/${alpha}` });
    expect(events.map(({ action }) => action)).toEqual(expect.arrayContaining(['copy.expiring', 'copy.deleted']));
  }
  for (const id of kept)
    expect((await stage.catalog.copies.list(id)).map(({ state }) => state)).toEqual(['verified', 'verified', 'verified']);
  expect(await old.fingerprint(beta)).toEqual(survivors);
});

test('nobody can call a copy deleted whose deletion was not begun', async () => {
  await mark(old.id, beta);
  const run = await createRun(stage, 'retention', wanted(old.id, beta));
  const opened = await stage.catalog.ledger.open(run.id, 'test');
  const writer = { run: run.id, epoch: opened?.epoch ?? 0 };
  // Nothing was begun, so there is nothing to finish.
  await expect(stage.catalog.deletions.finish({ point: old.id, region: beta }, writer, [])).rejects.toThrow();
  expect(await stateOf(old.id, beta)).toBe('expiring');
});
