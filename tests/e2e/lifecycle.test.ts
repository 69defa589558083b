import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopyView, HoldCheckView, HoldView, PointView, RetentionExplanationView, RunView } from '@cbcr/client';
import { systemClock } from '@cbcr/domain';
import { samplePolicy, sampleRegions } from '@cbcr/testkit';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createCbcrCommand } from './cbcr-command.ts';
import { eventually } from './eventually.ts';
import { createHeldRuns, type HeldRuns } from './held-runs.ts';
import { listRegionFolder, openRawStore, type RawStore } from './raw-store.ts';
import { store, userEnvironment } from './setup-environment.ts';
import { startStack, type TestStack } from './stack.ts';

const [home = '', other = '', third = ''] = sampleRegions.map(({ id }) => id);

/** Short enough to be seen, and everything that is asserted to stay is kept by a count and not by a time. */
const config = stringify({
  version: 1,
  regions: Object.fromEntries(sampleRegions.map(({ id, jurisdictions }) => [id, { jurisdictions, key: id, store: {} }])),
  policies: { [samplePolicy]: { placement: { copies: 3, prefer: [other, third], jurisdictions: ['EU', 'UK'] } } },
  retention: {
    ...{ coolingOff: '1s', grace: '1s', releaseGrace: '5s', bulkShare: 1, releaseNeedsApproval: true },
    rules: {
      near: { select: { regions: [home, other] }, keep: { last: 2 } },
      far: { select: { regions: [third] }, keep: { last: 1, for: '3s' } },
    },
  },
});

/** Rules, a hold and their evidence, told by the product's own commands on real processes. */
describe('the life of a copy', () => {
  let stack: TestStack;
  let held: HeldRuns;
  let stores: Map<string, RawStore>;
  let begunAt: string;
  let first: PointView;
  let second: PointView;
  /** The point that a hold covers. */
  let kept: PointView;
  let hold: HoldView;

  beforeAll(async () => {
    begunAt = systemClock.now().toISOString();
    stack = await startStack({ megabytes: 30, config });
    held = createHeldRuns(stack);
    stores = new Map();
    if (store === 's3') for (const region of stack.regions) stores.set(region, await openRawStore(stack, region));
  });
  afterAll(() => stack.down());

  const backUp = () => stack.cbcr.json<PointView>('backup', 'shop', '--wait');
  const showPoint = ({ id }: Pick<PointView, 'id'>) => stack.cbcr.json<PointView>('points', 'show', id);
  const statesOf = async (point: Pick<PointView, 'id'>) => {
    const { copies } = await stack.client.getPoint(point.id);
    return Object.fromEntries(copies.map(({ region, state }): [string, CopyView['state']] => [region, state]));
  };
  const everywhere = (state: CopyView['state']) => Object.fromEntries(stack.regions.map((region) => [region, state]));
  const untilStates = (what: string, point: Pick<PointView, 'id'>, wanted: Record<string, CopyView['state']>) =>
    eventually(what, async () => {
      const states = await statesOf(point);
      return Object.entries(wanted).every(([region, state]) => states[region] === state);
    });
  /** What of the point lies in the region's store, whatever CBCR says. */
  const remainsIn = (region: string, point: PointView) => stores.get(region)?.remains(point) ?? listRegionFolder(stack, region, point);
  const reasonsOf = async (point: Pick<PointView, 'id'>) => {
    const { copies } = await stack.cbcr.json<RetentionExplanationView>('retention', 'explain', point.id);
    return new Map(copies.map(({ region, verdict, reasons }) => [region, { verdict, text: reasons.map(({ text }) => text).join('; ') }]));
  };

  test('expires in one region and stays in others, as the rules of each region say', async () => {
    first = await backUp();
    second = await backUp();
    await untilStates('the older copy of the far region is gone', first, { [home]: 'verified', [other]: 'verified', [third]: 'deleted' });
    expect(await remainsIn(third, first)).toEqual([]);
    for (const region of [home, other]) expect((await remainsIn(region, first)).length).toBeGreaterThan(0);
    const reasons = await reasonsOf(first);
    expect([...reasons.keys()].toSorted()).toEqual([home, other].toSorted());
    for (const { verdict, text } of reasons.values()) expect({ verdict, text }).toEqual({ verdict: 'keep', text: 'last-2' });
    await untilStates('the newer one stays everywhere', second, everywhere('verified'));
  });

  test('a hold that is placed while a replicate runs covers what it makes; the stores let nobody delete it', async () => {
    // A backup without the far region; what it owes is made afterwards, held up by closed links.
    await held.killStore(third);
    const run = await stack.cbcr.json<RunView>('backup', 'shop');
    expect(await stack.untilEnded(run.id)).toMatchObject({ state: 'succeeded' });
    kept = await held.pointOf(run.id);
    await held.limitInto(third, 'paused');
    await held.revive();
    const replicate = await eventually('the debt is being repaid', async () =>
      (await stack.client.listRuns({ kind: 'replicate' })).find(({ point, state }) => point === kept.id && state === 'running'),
    );
    // So slow that it is closed again long before the end.
    await held.limitInto(third, '200KB/s');
    await held.holdAmid(replicate.id, 0, third);

    const placed = await stack.cbcr.json<{ hold: HoldView; check: HoldCheckView }>(
      ...['holds', 'place', '--title', 'Miller v. Shop', '--reason', 'letter of 3 March', '--matter', '27-104'],
      ...['--instance', 'shop', '--captured-from', kept.capturedAt, '--captured-to', kept.capturedAt],
    );
    hold = placed.hold;
    expect(placed.check.holds).toMatchObject([{ hold: hold.id, points: 1, instances: 1 }]);
    await eventually('the hold covers the copies that are there, and the one to come', async () => {
      const [of] = (await stack.cbcr.json<HoldCheckView>('holds', 'check', hold.id)).holds;
      const near = of?.regions.filter(({ region }) => region !== third) ?? [];
      const far = of?.regions.find(({ region }) => region === third);
      const settled = near.every(({ copies, set, unsupported }) => copies === 1 && (store === 's3' ? set : unsupported) === 1);
      return near.length === 2 && settled && far?.copies === 0 && far.coming === 1;
    });
    expect(await stack.client.getRun(replicate.id)).toMatchObject({ finishedAt: null });

    await held.limitInto(third, null);
    expect(await stack.untilEnded(replicate.id)).toMatchObject({ state: 'succeeded' });
    await untilStates('the copy is verified', kept, everywhere('verified'));
    await eventually('every store was told', async () => {
      const [of] = (await stack.cbcr.json<HoldCheckView>('holds', 'check', hold.id)).holds;
      return of?.regions.length === 3 && of.regions.every(({ set, unsupported }) => (store === 's3' ? set : unsupported) === 1);
    });
    for (const raw of stores.values()) {
      const versions = await raw.versions(kept);
      expect(versions.length).toBeGreaterThan(1);
      for (const version of versions) {
        expect(await raw.isHeld(version), version.key).toBe(true);
        await expect(raw.remove(version), version.key).rejects.toThrow(/AccessDenied|locked|protected|WORM/i);
      }
    }
  });

  test('what a hold covers outlives its rules, and what it does not cover goes by them', async () => {
    await backUp();
    await backUp();
    for (const point of [first, second]) {
      await eventually(`${point.id} is gone`, async () => (await showPoint(point)).state === 'deleted');
      for (const region of stack.regions) expect(await remainsIn(region, point)).toEqual([]);
    }
    const reasons = await reasonsOf(kept);
    expect(reasons.size).toBe(3);
    for (const { verdict, text } of reasons.values()) {
      expect(verdict).toBe('keep');
      expect(text).toContain(`hold ${hold.id}`);
    }
    expect(await statesOf(kept)).toEqual(everywhere('verified'));
  });

  test('a release needs a second person; after its grace the rules apply, and every version and mark is gone from the stores', async () => {
    const asked = await stack.cbcr.json<HoldView>('holds', 'release', hold.id, '--reason', 'settled');
    expect(asked).toMatchObject({ state: 'active', released: null, releaseRequested: { reason: 'settled' } });
    const alone = await stack.cbcr.run(['holds', 'release', hold.id, '--approve', '--json']);
    expect(alone.code).toBe(4);
    expect(JSON.parse(alone.stdout)).toMatchObject({ error: { code: 'hold.same-approver' } });

    // Somebody hides an object; the version is still held.
    const raw = stores.get(home);
    const [hidden] = (await raw?.versions(kept)) ?? [];
    if (hidden !== undefined) await raw?.hide(hidden);
    const { token } = await stack.cbcr.json<{ token: string }>('tokens', 'issue', 'bob', '--for', '1h');
    const bob = createCbcrCommand({ ...userEnvironment, CBCR_URL: stack.file.url, CBCR_TOKEN: token });
    const released = await bob.json<HoldView>('holds', 'release', hold.id, '--approve');
    expect(released.released).toMatchObject({ reason: 'settled', approvedBy: expect.stringContaining('bob') });
    expect(Date.parse(String(released.protectsUntil))).toBe(Date.parse(String(released.released?.at)) + 5_000);

    await untilStates('the copies are deleted', kept, everywhere('deleted'));
    for (const region of stack.regions) expect(await remainsIn(region, kept), region).toEqual([]);
    const events = await stack.client.listAuditEvents({ action: 'copy.deleted', limit: 1_000 });
    for (const { at, subject } of events.filter((event) => event.subject.startsWith(kept.id))) {
      expect(Date.parse(at), subject).toBeGreaterThanOrEqual(Date.parse(String(released.protectsUntil)));
    }
  });

  test('the evidence of it verifies offline; a changed byte and a changed event are found where they are', async () => {
    const pack = join(stack.home, 'pack');
    const key = join(stack.home, 'evidence.pem');
    await stack.cbcr.json('evidence', 'key', 'create', '--out', key);
    const to = new Date(systemClock.now().getTime() + 60_000).toISOString();
    await stack.cbcr.json('evidence', 'export', '--from', begunAt, '--to', to, '--key', `file:${key}`, '--out', pack);
    const verify = ['evidence', 'verify', pack, '--key', `${key}.pub`];
    expect(await stack.cbcr.json(...verify)).toMatchObject({ trusted: true, problems: [] });
    const told = JSON.parse(await readFile(join(pack, 'events.json'), 'utf8')) as { id: number; action: string; subject: string }[];
    const actions = told.filter(({ subject }) => subject === hold.id).map(({ action }) => action);
    expect(actions).toEqual(['hold.placed', 'hold.release-requested', 'hold.released']);
    for (const region of stack.regions)
      expect(told).toContainEqual(expect.objectContaining({ action: 'copy.deleted', subject: `${kept.id}/${region}` }));

    const placed = told.find(({ action }) => action === 'hold.placed')?.id ?? 0;
    for (const [file, path, from] of [
      ['holds.json', 'holds.json', 'Miller'],
      ['events.json', `events.json, event ${placed}`, 'Miller'],
    ] as const) {
      const whole = await readFile(join(pack, file), 'utf8');
      await writeFile(join(pack, file), whole.replace(from, 'Muller'));
      const tampered = await stack.cbcr.run([...verify, '--json']);
      expect(tampered.code).not.toBe(0);
      const { error } = JSON.parse(tampered.stdout) as { error: { code: string; problems: { path: string }[] } };
      expect(error.code).toBe('evidence.tampered');
      expect(error.problems.map((problem) => problem.path)).toContain(path);
      await writeFile(join(pack, file), whole);
    }
    expect(await stack.cbcr.json(...verify)).toMatchObject({ problems: [] });

    expect(await stack.cbcr.json('audit', 'verify')).toMatchObject({ broken: null });
    const sql = postgres(stack.file.databaseUrl, { max: 1, onnotice: () => undefined });
    await sql.unsafe('alter table audit_events disable trigger user');
    await sql`update audit_events set facts = jsonb_set(facts, '{title}', '"Muller v. Shop"') where id = ${placed}`;
    await sql.unsafe('alter table audit_events enable trigger user');
    await sql.end();
    const broken = await stack.cbcr.run(['audit', 'verify', '--json']);
    expect(broken.code).not.toBe(0);
    expect(JSON.parse(broken.stdout)).toMatchObject({
      error: { code: 'audit.chain-broken', message: expect.stringContaining(`event ${placed})`) },
    });
  });
});
