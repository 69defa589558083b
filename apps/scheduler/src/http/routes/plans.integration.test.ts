import { systemClock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { makePoint } from '../../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage } from '../../../test/stage.ts';
import { composeScheduler, type RunningScheduler } from '../../compose.ts';

let stage: SchedulerStage;
let scheduler: RunningScheduler;
let points: string[];

/** Two verified points of `shop`, and one whose second copy is owed; every instance is held to a framework of two controls. */
beforeAll(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  await stage.writeConfig(`${stage.yaml()}${frameworks}`);
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
  const verified = [await makePoint(stage, () => 'verified'), await makePoint(stage, () => 'verified')];
  const owed = await makePoint(stage, (region) => (region === stage.home ? 'verified' : 'failed'));
  points = [...verified, owed].map(({ id }) => id);
});
afterAll(async () => {
  await scheduler.stop();
  await stage.close();
});

const frameworks = `compliance:
  frameworks:
    - name: house-rules
      controls: {minimum-copies: {copies: 2}, allowed-location: {}, drill-age: {within: 90d}, rto: {within: 1h}}
`;

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at through matchers alone
type Answer = { status: number; body: any };
async function call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${scheduler.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${stage.token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
const plan = (text: string) => call('POST', '/policy/plan', { file: 'proposed.yaml', text });

describe('a plan', () => {
  test('of what is in force says that nothing changes, and what is owed already', async () => {
    const { status, body } = await plan(`${stage.yaml()}${frameworks}`);
    expect(status).toBe(200);
    expect(body.sum).toMatchObject({ instances: 1, affected: 0, debts: { before: 1, after: 1 }, restorable: { before: 3, after: 3 } });
    expect(body.sum.copiesToMake).toMatchObject([{ region: stage.other, points: 1, already: 1 }]);
    expect(body.instances).toEqual([]);
  });

  test('of a move to another jurisdiction names copies that become illegal, and refuses to leave nothing', async () => {
    const moved = stage
      .yaml({ copies: 1 })
      .replace('jurisdictions: [EU]}', 'jurisdictions: [US]}')
      .replace(`home: ${stage.home}`, `home: ${stage.foreign}`);
    const { body } = await plan(`${moved}${frameworks}`);
    expect(body.sum).toMatchObject({ affected: 1, restorable: { before: 3, after: 0 }, refusals: 1 });
    expect(body.sum.illegalCopies).toMatchObject([
      { region: stage.home, points: 3, already: 0 },
      { region: stage.other, points: 3, already: 0 },
    ]);
    expect(body.refusals).toMatchObject([{ instance: 'shop', reason: { rule: 'no-legal-copy' } }]);
    expect(body.instances[0].placed).toEqual({ before: [stage.home, stage.other], after: [stage.foreign] });
    expect(body.instances[0].findings.appearing).toContainEqual(
      expect.objectContaining({ control: 'allowed-location', severity: 'critical', region: stage.home, points: 3 }),
    );
    expect(body.text.join('\n')).toContain('REFUSED unless forced');
  });

  test('changes nothing', async () => {
    expect((await call('GET', '/instances/shop')).body.placement.placed).toHaveLength(2);
  });

  test('of a lock is refused where a worker found that the store cannot lock, and where nothing says how long', async () => {
    const locking = (demand: string) => plan(`${stage.yaml()}${frameworks}`.replace('    placement:', `    ${demand}\n    placement:`));
    const lock = 'lock: {mode: compliance, for: 30d}';
    expect((await locking(lock)).status).toBe(200);
    const probed = { conditionalPut: true, versioning: true, checksums: true, serverSideCopy: false, location: null, worker: 'w1' };
    const other = await stage.catalog.regions.get(stage.other);
    await stage.catalog.capabilities.record(other, { ...probed, objectLock: false });
    const refused = await locking(lock);
    expect([refused.status, refused.body.error.code]).toEqual([422, 'config.invalid']);
    expect(refused.body.error.problems).toMatchObject([
      {
        line: expect.any(Number),
        message: expect.stringContaining(stage.home),
        hint: expect.stringContaining(`give ${stage.other} a store with objectLock`),
      },
    ]);
    // Where nothing is locked, the store need not be able to.
    expect((await locking(`lock: {regions: {${stage.home}: {mode: compliance, for: 30d}}}`)).status).toBe(200);
    await stage.catalog.capabilities.record(other, { ...probed, objectLock: true });
    expect((await locking(lock)).status).toBe(200);

    const endless = await locking('lock: {mode: compliance}');
    expect([endless.status, endless.body.error.problems[0]?.path]).toEqual([422, 'policies.standard.lock']);
    expect(endless.body.error.problems[0]?.message).toContain('nothing says how long');
  });

  test('of a file that is not valid lists every problem', async () => {
    const { status, body } = await plan('version: 1\nregions: {}\npolicies: 7\n');
    expect([status, body.error.code]).toEqual([422, 'config.invalid']);
    expect(body.error.problems.length).toBeGreaterThan(0);
  });
});

describe('a simulation', () => {
  const simulate = (body: object) => call('POST', '/policy/simulate', body);

  test('of a region that is down: what can still be restored, and whose backups wait', async () => {
    const { body } = await simulate({ down: [stage.home] });
    expect(body.sum).toMatchObject({ restorable: { before: 3, after: 2 }, capturesStop: 1, illegalCopies: [], refusals: 0 });
  });

  test('of a region that is gone: where its copies would be made again', async () => {
    const { body } = await simulate({ removed: [stage.other] });
    expect(body.instances[0].placed).toEqual({ before: [stage.home, stage.other], after: [stage.home] });
    expect(body.instances[0].newlyUnmet).toHaveLength(1);
  });

  test('of an instance that moves home', async () => {
    const { body } = await simulate({ moved: { shop: stage.other } });
    expect(body.instances[0].placed).toEqual({ before: [stage.home, stage.other], after: [stage.other, stage.home] });
  });

  test.each([
    [{ down: ['nowhere'] }, 'region.not-found'],
    [{ moved: { nobody: 'nowhere' } }, 'region.not-found'],
    [{ surprise: true }, 'api.request-invalid'],
  ])('of %o is refused', async (supposition, code) => {
    expect((await simulate(supposition)).body.error.code).toBe(code);
  });
});

describe('compliance', () => {
  test('finds the point that lacks a copy, and says what it cannot know', async () => {
    const { body } = await call('GET', '/compliance?instance=shop');
    expect(body).toMatchObject({ instances: { held: 1, exempt: 0 }, counts: { critical: 1, major: 1, minor: 0, unproven: 1 }, left: 0 });
    const [missing, drills, duration] = body.findings;
    expect(missing).toMatchObject({
      framework: 'house-rules',
      control: 'minimum-copies',
      severity: 'critical',
      points: 1,
      pointIds: [points[2]],
    });
    expect(missing.evidence).toContain('1 of 2 verified copies');
    expect(missing.since).toEqual(expect.any(String));
    expect(drills).toMatchObject({ control: 'drill-age', severity: 'major', evidence: expect.stringContaining('no restore of shop') });
    expect(duration).toMatchObject({ control: 'rto', severity: 'unproven', evidence: expect.stringMatching(/^cannot be shown: /) });
  });

  test('is asked for one framework, and refuses one that was not chosen', async () => {
    expect((await call('GET', '/compliance?framework=house-rules')).body.findings).toHaveLength(3);
    const unknown = await call('GET', '/compliance?framework=card-data');
    expect([unknown.status, unknown.body.error.code]).toEqual([400, 'usage.unknown-value']);
  });

  test('lists the templates and the framework of ones own, with the settings that count', async () => {
    const { body } = await call('GET', '/compliance/frameworks');
    const named = new Map(body.map((framework: { name: string }) => [framework.name, framework]));
    expect([...named.keys()]).toEqual(['personal-data', 'health-records', 'broker-dealer-records', 'card-data', 'house-rules']);
    expect(named.get('personal-data')).toMatchObject({ chosenFor: null });
    expect(named.get('house-rules')).toMatchObject({ chosenFor: [] });
    expect(JSON.stringify(named.get('house-rules'))).toContain('"within":"90d"');
  });
});
