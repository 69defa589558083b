import {
  type CopyState,
  durationSchema,
  type HeldPoint,
  type Hold,
  type HoldEffectState,
  holdIdSchema,
  holdSelectorSchema,
  type LastRestore,
  type PointState,
  type Policy,
  type ProbedCapabilities,
  policySchema,
  type Region,
  regionSchema,
} from '@cbcr/domain';
import { describe, expect, test } from 'vitest';
import { groupPoints } from '../holdings/group-points.ts';
import { instanceOf, pointId, regionId } from '../samples.ts';
import type { DemandedLock } from '../store-protection/wanted-lock.ts';
import { chooseControls } from './choose-controls.ts';
import type { KnownProtection } from './control.ts';
import { controls } from './controls.ts';
import { evaluateCompliance } from './evaluate-compliance.ts';
import type { Finding } from './finding.ts';

const day = 86_400_000;
const now = Date.UTC(2027, 5, 1);
const daysAgo = (days: number) => now - days * day;

/** `held(1, { ageDays: 3, here: 'verified' })` */
const held = (
  number: number,
  ageDays: number,
  copies: Record<string, CopyState>,
  facts: { state?: PointState; verifiedDaysAgo?: number; sinceDaysAgo?: number } = {},
): HeldPoint => ({
  id: pointId(number),
  state: facts.state ?? 'complete',
  capturedAtMs: daysAgo(ageDays),
  completedAtMs: daysAgo(ageDays) + 1000,
  storedBytes: 1024 ** 3,
  copies: Object.entries(copies).map(([region, state]) => ({
    region: regionId(region),
    state,
    sinceMs: daysAgo(facts.sinceDaysAgo ?? ageDays),
    verifiedAtMs: state === 'verified' ? daysAgo(facts.verifiedDaysAgo ?? 0) : null,
  })),
});

interface World {
  points: HeldPoint[];
  policy?: Partial<Policy>;
  regions?: Region[];
  capabilities?: Record<string, Partial<ProbedCapabilities>>;
  forbidden?: string[];
  /** Where copies belong; in `here` where nothing else is said. */
  placed?: string[];
  demandedLock?: DemandedLock;
  /** Of rules with names, by region. */
  limits?: Record<string, { minimum?: string; maximum?: string }>;
  protection?: KnownProtection;
  /** Days ago, and minutes that it took. */
  restored?: { daysAgo: number; tookMinutes: number } | null;
  settings?: Record<string, string | number | boolean>;
}

const lastRestore = ({ daysAgo: days, tookMinutes }: { daysAgo: number; tookMinutes: number }): LastRestore => ({
  ...{ point: pointId(1), run: 'run_1' as LastRestore['run'], region: regionId('there'), plaintextBytes: 1 },
  ...{ requestedAt: new Date(daysAgo(days) - tookMinutes * 60_000), finishedAt: new Date(daysAgo(days)) },
});

const place = (id: string, facts: object = {}) => regionSchema.parse({ id, jurisdictions: ['EU'], store: { kind: 's3' }, ...facts });

/** What one control says of a world in which everything is allowed but the forbidden regions. */
function ask(control: string, world: World): Finding[] {
  const { chosen, problems } = chooseControls({ frameworks: [{ name: 'house-rules', controls: { [control]: world.settings ?? {} } }] });
  expect(problems).toEqual([]);
  const policy = { ...policySchema.parse({ id: 'standard', placement: { copies: 1 } }), ...world.policy };
  return evaluateCompliance(chosen, {
    instance: instanceOf('here'),
    policy,
    placed: (world.placed ?? ['here']).map(regionId),
    groups: groupPoints(world.points),
    now: new Date(now),
    releaseGraceMs: day,
    protection: world.protection ?? null,
    ...(world.restored === undefined ? {} : { restored: world.restored && lastRestore(world.restored) }),
    region: (id) => (world.regions ?? [place('here'), place('there')]).find((region) => region.id === id),
    retentionLimits: (id) => {
      const { minimum, maximum } = world.limits?.[id] ?? {};
      return {
        minimum: minimum === undefined ? policy.retention?.minimum : durationSchema.parse(minimum),
        maximum: maximum === undefined ? policy.retention?.maximum : durationSchema.parse(maximum),
      };
    },
    demandedLock: () => world.demandedLock ?? null,
    capabilities: (id) => {
      const probed = world.capabilities?.[id];
      return probed && { objectLock: false, versioning: false, serverSideCopy: false, location: null, probedAt: new Date(now), ...probed };
    },
    mayHold: (id) => ({
      allowed: !world.forbidden?.includes(id),
      reason: { rule: 'test', text: world.forbidden?.includes(id) ? `${id} is forbidden` : 'allowed' },
    }),
  });
}

describe('drill-age', () => {
  const asked = (restored: World['restored'], settings: World['settings'] = { within: '90d' }) =>
    ask('drill-age', { points: [], settings, ...(restored === undefined ? {} : { restored }) });

  test('is met by a restore that came to its end not longer ago, and by nothing else', () => {
    expect(asked({ daysAgo: 89, tookMinutes: 1 })).toEqual([]);
    expect(asked({ daysAgo: 91, tookMinutes: 1 })).toMatchObject([{ severity: 'major', since: new Date(daysAgo(1)), region: null }]);
    expect(asked(null)).toMatchObject([{ severity: 'major', since: null, evidence: expect.stringContaining('no restore of shop') }]);
  });

  test('the stricter of policy and control counts; without a limit, or where nobody read the restores, it cannot be shown', () => {
    const policy = { drillEvery: durationSchema.parse('30d') };
    expect(ask('drill-age', { points: [], policy, settings: { within: '90d' }, restored: { daysAgo: 40, tookMinutes: 1 } })).toHaveLength(
      1,
    );
    expect(asked({ daysAgo: 1, tookMinutes: 1 }, {})).toMatchObject([{ severity: 'unproven' }]);
    expect(asked(undefined)).toMatchObject([{ severity: 'unproven' }]);
  });
});

test('rto: the last restore took no longer than promised, and without one nothing tells', () => {
  const asked = (restored: World['restored']) =>
    ask('rto', { points: [], settings: { within: '1h' }, ...(restored === undefined ? {} : { restored }) });
  expect(asked({ daysAgo: 3, tookMinutes: 60 })).toEqual([]);
  expect(asked({ daysAgo: 3, tookMinutes: 61 })).toMatchObject([{ severity: 'major', region: 'there', since: new Date(daysAgo(3)) }]);
  expect(asked(null)).toMatchObject([{ severity: 'unproven' }]);
  expect(ask('rto', { points: [], restored: { daysAgo: 3, tookMinutes: 61 } })).toMatchObject([{ severity: 'unproven' }]);
  expect(ask('rto', { points: [], policy: { rto: durationSchema.parse('30m') }, restored: { daysAgo: 3, tookMinutes: 45 } })).toHaveLength(
    1,
  );
});

const both = { here: 'verified', there: 'verified' } as const;

describe('allowed-location', () => {
  test('names the region, the rule, and every point whose bytes may lie there, also of a copy that failed halfway', () => {
    const points = [
      held(3, 1, both),
      held(2, 2, { here: 'verified', there: 'failed' }),
      held(1, 3, { here: 'verified', there: 'deleted' }),
    ];
    expect(ask('allowed-location', { points })).toEqual([]);
    const [finding, ...more] = ask('allowed-location', { points, forbidden: ['there'] });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ severity: 'critical', region: 'there', since: new Date(daysAgo(2)), framework: 'house-rules' });
    expect(finding?.points).toEqual([pointId(3), pointId(2)]);
    expect(finding?.evidence).toBe('bytes of 2 points lie in there: there is forbidden');
  });
});

describe('minimum-copies', () => {
  test('counts verified copies in allowed regions and nothing else', () => {
    const settings = { copies: 2 };
    expect(ask('minimum-copies', { points: [held(1, 1, both)], settings })).toEqual([]);
    for (const state of ['planned', 'copying', 'stored', 'failed', 'blocked', 'expiring', 'deleted'] as const) {
      const [finding] = ask('minimum-copies', { points: [held(1, 1, { here: 'verified', there: state })], settings });
      expect(finding?.evidence, state).toBe('1 point with 1 of 2 verified copies where copies may be: here');
    }
    expect(ask('minimum-copies', { points: [held(1, 1, both)], settings, forbidden: ['there'] })).toHaveLength(1);
  });

  test('takes the stricter of framework and policy', () => {
    const policy = { placement: { copies: 3, prefer: [], synchronousMinimum: 1 } };
    const [finding] = ask('minimum-copies', { points: [held(1, 1, both)], settings: { copies: 2 }, policy });
    expect(finding?.evidence).toContain('2 of 3 verified copies');
  });

  test('what expired in one region is no lack of what the policy demands, and one of what the framework demands', () => {
    const policy = { placement: { copies: 3, prefer: [], synchronousMinimum: 1 } };
    const placed = ['here', 'there', 'yonder'];
    const expired = held(1, 40, { here: 'verified', there: 'deleted', yonder: 'expiring' });
    expect(ask('minimum-copies', { points: [expired], policy, placed })).toEqual([]);
    expect(ask('minimum-copies', { points: [expired], policy, placed, settings: { copies: 2 } })).toMatchObject([
      { severity: 'critical', mend: expect.stringContaining('is not made again') },
    ]);
    const failed = held(1, 40, { here: 'verified', there: 'deleted', yonder: 'failed' });
    expect(ask('minimum-copies', { points: [failed], policy, placed })).toMatchObject([
      { evidence: '1 point with 1 of 2 verified copies where copies may be: here' },
    ]);
    // It went where nothing is demanded any more.
    const elsewhere = { points: [failed], policy, placed: ['here', 'yonder'] };
    expect(ask('minimum-copies', elsewhere)[0]?.evidence).toContain('1 of 3 verified copies');
    // It went because it was not allowed there.
    const moved = held(1, 40, { here: 'verified', there: 'deleted', yonder: 'failed' });
    expect(ask('minimum-copies', { points: [moved], policy, placed, forbidden: ['there'] })[0]?.evidence).toContain(
      '1 of 3 verified copies',
    );
  });
});

describe('minimum-distance', () => {
  const near = place('here', { coordinates: { latitude: 50, longitude: 8 } });
  const far = place('there', { coordinates: { latitude: 53, longitude: 8 } });
  const points = [held(1, 1, both)];
  const settings = { distanceKm: 300 };

  test('is met by two verified copies far enough apart, 3 degrees of latitude being 334 km', () => {
    expect(ask('minimum-distance', { points, settings, regions: [near, far] })).toEqual([]);
    const [finding] = ask('minimum-distance', { points, settings: { distanceKm: 400 }, regions: [near, far] });
    expect(finding?.evidence).toBe('the copies of 1 point are at most 334 km apart; 400 km are demanded');
  });

  test('a copy that is alone is too near, and a region without coordinates shows nothing', () => {
    const [alone] = ask('minimum-distance', { points: [held(1, 1, { here: 'verified' })], settings, regions: [near, far] });
    expect(alone).toMatchObject({ severity: 'major' });
    const [unknown] = ask('minimum-distance', { points, settings, regions: [near, place('there')] });
    expect(unknown).toMatchObject({ severity: 'unproven', evidence: expect.stringContaining('cannot be shown: there has no coordinates') });
  });
});

describe('retention', () => {
  test('minimum: a point removed too early is found for ever; one removed in time is not', () => {
    const settings = { period: '30d' };
    const removed = held(1, 40, { here: 'deleted' }, { state: 'deleted', sinceDaysAgo: 20 });
    expect(ask('minimum-retention', { points: [removed], settings })).toMatchObject([
      { severity: 'critical', points: [pointId(1)], since: new Date(daysAgo(20)) },
    ]);
    const inTime = held(1, 40, { here: 'deleted' }, { state: 'deleted', sinceDaysAgo: 5 });
    expect(ask('minimum-retention', { points: [inTime, held(2, 1, both)], settings })).toEqual([]);
  });

  test('minimum: a policy that would expire points too early is said before it happens', () => {
    const policy = { retention: { keepFor: { text: '7d', ms: 7 * day } } };
    expect(ask('minimum-retention', { points: [], settings: { period: '30d' }, policy })).toMatchObject([
      { severity: 'minor', points: [] },
    ]);
  });

  test('maximum: what is older than it may be, by region, since the day when it became so', () => {
    const points = [held(2, 1, both), held(1, 50, both)];
    expect(ask('maximum-retention', { points, settings: { period: '45d' } })).toMatchObject([
      { region: 'here', points: [pointId(1)], since: new Date(daysAgo(5)) },
      { region: 'there', points: [pointId(1)] },
    ]);
  });

  test('rules with names count like those of policies, in their regions', () => {
    const points = [held(2, 1, both), held(1, 50, both)];
    expect(ask('maximum-retention', { points, limits: { there: { maximum: '45d' } } })).toMatchObject([
      { severity: 'major', region: 'there', points: [pointId(1)], evidence: '1 point in there older than 45d' },
      { severity: 'unproven', evidence: 'cannot be shown: nothing says how long is too long in here' },
    ]);
    const removed = held(1, 40, { here: 'deleted', there: 'deleted' }, { state: 'deleted', sinceDaysAgo: 20 });
    const limits = { there: { minimum: '30d' } };
    expect(ask('minimum-retention', { points: [removed], limits })).toMatchObject([{ severity: 'critical', points: [pointId(1)] }]);
    const elsewhere = held(1, 40, { here: 'deleted' }, { state: 'deleted', sinceDaysAgo: 20 });
    expect(ask('minimum-retention', { points: [elsewhere, held(2, 1, both)], limits })).toEqual([]);
  });

  test('maximum: a hold that keeps a copy longer is named in the finding', () => {
    const hold: Hold = {
      ...{ id: holdIdSchema.parse('H-12'), title: 'Miller', reason: 'a court asks', matter: null, placedBy: 'ada', placedAt: new Date(0) },
      ...{ selector: holdSelectorSchema.parse({ points: [pointId(1)] }), releaseRequested: null, released: null },
    };
    const points = [held(2, 49, { here: 'verified' }), held(1, 50, { here: 'verified' })];
    const protection: KnownProtection = { holds: [hold], effects: [], locks: [] };
    expect(ask('maximum-retention', { points, protection, settings: { period: '45d' } })).toMatchObject([
      { evidence: '2 points in here older than 45d; hold H-12 (Miller) keeps 1 of them' },
    ]);
  });
});

describe('ages', () => {
  test('rpo-age looks at points that could be restored, not at those that merely exist', () => {
    const settings = { within: '24h' };
    const points = [held(3, 0.5, { here: 'stored' }), held(2, 2, { here: 'verified' })];
    expect(ask('rpo-age', { points, settings })).toMatchObject([
      {
        points: [pointId(2)],
        since: new Date(daysAgo(1)),
        evidence: 'the newest point that could be restored is 2 d old; 24h are promised',
      },
    ]);
    expect(ask('rpo-age', { points: [held(1, 0.5, { here: 'verified' })], settings })).toEqual([]);
    expect(ask('rpo-age', { points: [], settings })).toMatchObject([{ severity: 'critical', points: [] }]);
    const illegal = ask('rpo-age', { points: [held(1, 0.5, { here: 'verified' })], settings, forbidden: ['here'] });
    expect(illegal[0]?.evidence).toContain('no point that could be restored');
  });

  test('verification-age: by region, the points read longest ago; a copy that was never read counts from when it was stored', () => {
    const points = [held(2, 20, both, { verifiedDaysAgo: 3 }), held(1, 20, { here: 'verified', there: 'stored' }, { verifiedDaysAgo: 3 })];
    expect(ask('verification-age', { points, settings: { within: '10d' } })).toMatchObject([{ region: 'there', points: [pointId(1)] }]);
    expect(ask('verification-age', { points, settings: { within: '30d' } })).toEqual([]);
  });
});

describe('what stores say of themselves', () => {
  const points = [held(1, 1, { here: 'verified' })];

  test('lock: a store that cannot lock is a violation; one that nobody tried, or whose dates are not looked at, is unproven', () => {
    expect(ask('lock', { points, capabilities: { here: { objectLock: false } } })).toMatchObject([
      { severity: 'critical', region: 'here' },
    ]);
    for (const capabilities of [{}, { here: { objectLock: true } }]) {
      expect(ask('lock', { points, capabilities })).toMatchObject([
        { severity: 'unproven', evidence: expect.stringMatching(/^cannot be shown: /) },
      ]);
    }
  });

  test('lock: every copy needs a lock that lasts, until the time for which the policy wants it is over', () => {
    const capabilities = { here: { objectLock: true } };
    const known = (untilDaysAgo: number): KnownProtection => ({
      ...{ holds: [], effects: [] },
      locks: [{ point: pointId(1), region: regionId('here'), mode: 'compliance', until: new Date(daysAgo(untilDaysAgo)) }],
    });
    expect(ask('lock', { points, capabilities, protection: known(-3) })).toEqual([]);
    expect(ask('lock', { points, capabilities, protection: known(3) })).toMatchObject([{ severity: 'critical', points: [pointId(1)] }]);
    const elsewhere = { ...known(-3), locks: known(-3).locks.map((lock) => ({ ...lock, region: regionId('there') })) };
    expect(ask('lock', { points, capabilities, protection: elsewhere })).toMatchObject([{ severity: 'critical', region: 'here' }]);
    const lockFor = (days: number | null): DemandedLock => ({ mode: 'compliance', lengthMs: days === null ? null : days * day });
    const old = { points: [held(1, 9, { here: 'verified' })], capabilities, protection: known(3) };
    expect(ask('lock', { ...old, demandedLock: lockFor(5) })).toEqual([]);
    for (const days of [30, null]) expect(ask('lock', { ...old, demandedLock: lockFor(days) })).toHaveLength(1);
  });

  test('hold-integrity: a store that does not enforce a hold is a violation; one that was not told yet is unproven', () => {
    const hold: Hold = {
      ...{ id: holdIdSchema.parse('H-1'), title: 'Miller', reason: 'a court asks', matter: null, releaseRequested: null, released: null },
      ...{ selector: holdSelectorSchema.parse({ points: [pointId(1)] }), placedBy: 'ada', placedAt: new Date(daysAgo(1)) },
    };
    const told = (state: HoldEffectState | null, holds: Hold[] = [hold]): KnownProtection => ({
      ...{ holds, locks: [] },
      effects: state === null ? [] : [{ hold: hold.id, point: pointId(1), region: regionId('here'), state, detail: '', at: new Date(now) }],
    });
    const askWith = (protection: KnownProtection) => ask('hold-integrity', { points: [...points, held(2, 1, both)], protection });
    expect(askWith(told('set'))).toEqual([]);
    expect(askWith(told(null, []))).toEqual([]);
    for (const state of ['failed', 'unsupported'] as const)
      expect(askWith(told(state)), state).toMatchObject([{ severity: 'critical', region: 'here', points: [pointId(1)] }]);
    for (const state of [null, 'cleared'] as const)
      expect(askWith(told(state))).toMatchObject([{ severity: 'unproven', region: 'here', points: [pointId(1)] }]);
  });

  test('encryption: shown by the keys that were recorded with each point, never by the key that the region has now', () => {
    expect(ask('encryption', { points })).toMatchObject([{ severity: 'critical', region: 'here' }]);
    const regions = [place('here', { keyId: 'k1' })];
    expect(ask('encryption', { points, regions })).toMatchObject([{ severity: 'unproven' }]);
    const under = (...keyIds: string[]) => points.map((point) => ({ ...point, keyIds }));
    expect(ask('encryption', { points: under('k1', 'k2'), regions })).toEqual([]);
    expect(ask('encryption', { points: under('k1') })).toEqual([]);
    expect(ask('encryption', { points: under(), regions })).toMatchObject([
      { severity: 'critical', evidence: expect.stringContaining('without encryption') },
    ]);
    expect(ask('encryption', { points: under('k2'), regions })).toMatchObject([
      { severity: 'critical', evidence: expect.stringContaining('not encrypted for its key k1') },
    ]);
  });

  test('bucket-location: compares what the provider says with cbcr.yaml', () => {
    const regions = [place('here', { store: { kind: 's3', region: 'frankfurt' } })];
    expect(ask('bucket-location', { points, regions, capabilities: { here: { location: 'frankfurt' } } })).toEqual([]);
    expect(ask('bucket-location', { points, regions, capabilities: { here: { location: 'dublin' } } })).toMatchObject([
      { severity: 'critical', evidence: 'the bucket of here is in dublin; cbcr.yaml says frankfurt' },
    ]);
    for (const capabilities of [{}, { here: { location: null } }]) {
      expect(ask('bucket-location', { points, regions, capabilities })).toMatchObject([{ severity: 'unproven' }]);
    }
  });
});

/** Location and copies are known to the catalog; of everything else the facts may be missing. */
const sayable = controls.filter(({ name }) => name !== 'allowed-location' && name !== 'minimum-copies');
test.each(sayable)('$name never passes silently when the system has no facts about it', ({ name }) => {
  const findings = ask(name, { points: [held(1, 1, both)], regions: [place('here', { keyId: 'k1' }), place('there', { keyId: 'k2' })] });
  expect(findings.length).toBeGreaterThan(0);
  for (const finding of findings) {
    expect(finding.severity).toBe('unproven');
    expect(finding.evidence).toMatch(/^cannot be shown: /);
  }
});

test('a finding says what to do about it', () => {
  for (const { name } of controls) {
    for (const finding of ask(name, { points: [held(1, 400, { here: 'verified' })], forbidden: ['here'] })) {
      expect(finding.mend.length, name).toBeGreaterThan(20);
    }
  }
});
