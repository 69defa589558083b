import { policyIdSchema, systemClock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makePoint } from '../../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../../test/stage.ts';
import { composeScheduler, type RunningScheduler } from '../../compose.ts';

let stage: SchedulerStage;
let scheduler: RunningScheduler;
/** Every body that the API has answered with. */
const answers: string[] = [];
const secret = 'p4ssw0rd-of-the-customer';
const customerUrl = `postgres://shop:${secret}@127.0.0.1:1/shop`;
const unknownRun = 'run_00000000000000000000000000';
const unknownPoint = 'rp_00000000000000000000000000';

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
});
afterAll(async () => {
  await scheduler.stop();
  await stage.close();
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at through matchers alone
type Answer = { status: number; body: any };
async function call(method: 'GET' | 'POST', path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${scheduler.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${stage.token}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  answers.push(text);
  return { status: response.status, body: JSON.parse(text) };
}
const get = (path: string) => call('GET', path);
const post = (path: string, body?: unknown, headers?: Record<string, string>) => call('POST', path, body, headers);

test('regions tell their health and why', async () => {
  expect((await get('/regions')).body.find((region: { id: string }) => region.id === stage.home)).toMatchObject({
    jurisdictions: ['EU'],
    storeKind: 'fs',
    encrypted: true,
    health: { state: 'unknown' },
    workers: 0,
  });
  await stage.reportRegions(true, stage.home);
  expect((await get('/regions')).body.find((region: { id: string }) => region.id === stage.home)).toMatchObject({
    health: { state: 'up', since: expect.any(String) },
    workers: 1,
  });
});

test('regions show what a worker found in their stores, and somebody who asks joins the probe that is under way', async () => {
  const viewOf = async () => (await get('/regions')).body.find((region: { id: string }) => region.id === stage.home);
  expect(await viewOf()).toMatchObject({ probe: null });
  const found = { conditionalPut: true, versioning: true, objectLock: false, checksums: false, serverSideCopy: false, location: 'here' };
  await stage.catalog.capabilities.record(await stage.catalog.regions.get(stage.home), { ...found, worker: 'w1' });
  expect(await viewOf()).toMatchObject({ probe: { ...found, worker: 'w1', probedAt: expect.any(String) } });

  const first = await post('/probes', { region: stage.home });
  expect(first).toMatchObject({ status: 202, body: { kind: 'probe', region: stage.home, instance: null, state: 'queued' } });
  expect(await post('/probes', { region: stage.home })).toMatchObject({ status: 200, body: { id: first.body.id } });
  expect(await post('/probes', { region: 'nowhere' })).toMatchObject({ status: 404, body: { error: { code: 'region.not-found' } } });
});

test('an instance is added once, shows where its copies must live and why, and never its connection', async () => {
  const wanted = { id: 'added', engine: 'postgres', home: stage.home, policy: 'standard', connection: customerUrl, labels: { team: 'a' } };
  const added = await post('/instances', wanted);
  expect(added.status).toBe(201);
  expect(added.body).toMatchObject({ connection: 'sealed', source: 'api', protected: false, newestPoint: null, labels: { team: 'a' } });
  expect(added.body.placement.placed.map(({ region, role }: Record<string, string>) => [region, role])).toEqual([
    [stage.home, 'primary'],
    [stage.other, 'secondary'],
  ]);
  expect(added.body.placement.excluded).toMatchObject([{ region: stage.foreign, reason: { rule: 'jurisdiction-forbidden' } }]);
  expect((await get('/instances/added')).body).toEqual(added.body);
  expect((await get('/instances')).body.map(({ id }: { id: string }) => id)).toEqual(['added', 'shop']);
  expect((await get('/instances/shop')).body).toMatchObject({ connection: 'env:SHOP_URL', source: 'config' });
});

test.each([
  [{ engine: 'clay-tablets' }, 422, 'engine.unknown'],
  [{ home: 'nowhere' }, 404, 'region.not-found'],
  [{ policy: 'lax' }, 404, 'policy.not-found'],
  [{ connection: 'env:CBCR_TOKEN' }, 400, 'engine.connection-invalid'],
  [{ connection: 'sealed:v1:anything' }, 400, 'engine.connection-invalid'],
  [{ connection: `mysql://shop:${secret}@db/shop` }, 400, 'engine.connection-invalid'],
  [{ id: 'Not A Name', home: 7, surprise: true }, 400, 'api.request-invalid'],
])('an instance with %o is refused', async (change, status, code) => {
  const refused = await post('/instances', {
    id: 'refused',
    engine: 'postgres',
    home: stage.home,
    policy: 'standard',
    connection: 'env:X',
    ...change,
  });
  expect(refused).toMatchObject({ status, body: { error: { code } } });
  expect((await get('/instances/refused')).status).toBe(404);
});

test('a bad body is answered with every problem and its place', async () => {
  const { body } = await post('/instances', { id: 'Not A Name', engine: '', home: 7, policy: 'standard', surprise: true });
  const paths = body.error.problems.map(({ path }: { path: string }) => path);
  expect(paths).toEqual(expect.arrayContaining(['id', 'engine', 'home', 'connection']));
  expect((await get('/runs?limit=0&kind=juggling')).body.error.problems).toHaveLength(2);
  expect((await get('/runs?colour=red')).status).toBe(400);
});

test.each([
  ['GET', '/instances/nobody', undefined, 'instance.not-found'],
  ['GET', `/runs/${unknownRun}`, undefined, 'run.not-found'],
  ['POST', `/runs/${unknownRun}/cancel`, undefined, 'run.not-found'],
  ['GET', `/points/${unknownPoint}`, undefined, 'point.not-found'],
  ['GET', '/points?instance=nobody', undefined, 'instance.not-found'],
  ['POST', '/garbage/searches', { region: 'nowhere' }, 'region.not-found'],
  ['GET', `/garbage/searches/${unknownRun}`, undefined, 'run.not-found'],
  ['POST', '/backups', { instance: 'nobody' }, 'instance.not-found'],
  ['POST', '/restores/plan', { instance: 'nobody', to: 'nowhere' }, 'instance.not-found'],
  ['POST', '/restores/plan', { instance: shop, to: 'nowhere' }, 'region.not-found'],
  ['POST', '/restores', { instance: shop, to: 'nowhere', target: 'env:TARGET' }, 'region.not-found'],
] as const)('%s %s of something unknown is 404 with its code', async (method, path, body, code) => {
  expect(await call(method, path, body)).toMatchObject({ status: 404, body: { error: { code } } });
});

test('a backup is a run in the home region; the same idempotency key is the same run, also after it has ended', async () => {
  const first = await post('/backups', { instance: shop }, { 'idempotency-key': 'nightly-1' });
  expect(first).toMatchObject({
    status: 202,
    body: { kind: 'backup', region: stage.home, instance: shop, state: 'queued', requestedBy: 'api' },
  });
  const again = await post('/backups', { instance: shop }, { 'idempotency-key': 'nightly-1' });
  expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
  expect((await get(`/runs/${first.body.id}`)).body).toMatchObject({ id: first.body.id, result: null, error: null });
  expect(await get(`/garbage/searches/${first.body.id}`)).toMatchObject({ status: 409, body: { error: { code: 'run.without-result' } } });
  const cancelled = await post(`/runs/${first.body.id}/cancel`);
  expect(cancelled).toMatchObject({ status: 202, body: { state: 'cancelled', cancelRequested: true, error: { code: 'run.cancelled' } } });
  const after = await post('/backups', { instance: shop }, { 'idempotency-key': 'nightly-1' });
  expect(after).toMatchObject({ status: 200, body: { id: first.body.id, state: 'cancelled' } });
  const other = await post('/backups', { instance: shop }, { 'idempotency-key': 'nightly-2' });
  expect(other.status).toBe(202);
  expect((await get(`/runs?instance=shop&kind=backup&state=cancelled`)).body.map(({ id }: { id: string }) => id)).toEqual([first.body.id]);
  await post(`/runs/${other.body.id}/cancel`);
});

test('a run that has ended cannot be cancelled', async () => {
  const { id } = await makePoint(stage, () => 'verified');
  const point = await stage.catalog.points.get(id);
  expect(await post(`/runs/${point.run}/cancel`)).toMatchObject({ status: 409, body: { error: { code: 'run.finished' } } });
});

test('a point shows its copies, what is owed, and what it is worth now', async () => {
  const { id } = await makePoint(stage, (region) => (region === stage.home ? 'verified' : 'failed'));
  expect((await get(`/points/${id}`)).body).toMatchObject({
    state: 'complete',
    available: true,
    protected: false,
    debts: [{ region: stage.other, reason: { rule: 'test' } }],
  });
  expect((await get('/points?instance=shop&limit=1')).body).toMatchObject([{ id }]);
  expect((await get('/instances/shop')).body).toMatchObject({ protected: false, newestPoint: { id }, debts: 1 });
  await makePoint(stage, () => 'verified');
  expect((await get('/instances/shop')).body).toMatchObject({ protected: true, debts: 0, debtList: [] });
});

test('a restore is planned with its ranking and started with a sealed target; a forbidden region is refused', async () => {
  const { id } = await makePoint(stage, () => 'verified');
  await stage.reportRegions(true, stage.home, stage.other);
  const plan = await post('/restores/plan', { instance: shop, to: stage.other });
  expect(plan.body).toMatchObject({
    point: id,
    to: stage.other,
    ranking: [
      { region: stage.other, rank: 1 },
      { region: stage.home, rank: 2 },
    ],
  });
  const started = await post('/restores', { instance: shop, to: stage.other, target: customerUrl });
  expect(started).toMatchObject({ status: 202, body: { kind: 'restore', region: stage.other, point: id } });
  const run = await stage.catalog.runs.get(started.body.id);
  expect(JSON.stringify(run.params)).toContain('sealed:v1:');
  expect(JSON.stringify(run.params)).not.toContain(secret);

  const forbidden = { instance: shop, to: stage.foreign, target: customerUrl };
  expect(await post('/restores', forbidden)).toMatchObject({ status: 403, body: { error: { code: 'placement.region-forbidden' } } });
  const invalid = { instance: shop, to: stage.other, target: `mysql://u:${secret}@h/d` };
  expect(await post('/restores', invalid)).toMatchObject({ status: 400, body: { error: { code: 'engine.connection-invalid' } } });
  expect(await post('/restores', { instance: 'added', to: stage.other, target: 'env:TARGET' })).toMatchObject({
    status: 409,
    body: { error: { code: 'point.none' } },
  });
  expect(await post('/restores', { instance: 'added', point: id, to: stage.other, target: 'env:TARGET' })).toMatchObject({ status: 404 });
});

test('the audit trail is read by subject, action and moment, in its own order, and verified', async () => {
  const listed = (await get('/audit?action=instance.added&limit=2')).body;
  expect(listed).toMatchObject([{ actor: 'api', subject: 'added', facts: { engine: 'postgres' } }, { subject: 'shop' }]);
  expect((await get('/audit?subject=added&until=2020-01-01T00:00:00Z')).body).toEqual([]);
  const chain = (await get(`/audit/chain?from=2020-01-01T00:00:00Z&limit=2`)).body;
  expect(chain.events[0]).toMatchObject({ id: 1, prevHash: chain.chainId });
  expect(chain.events[1]).toMatchObject({ id: 2, prevHash: chain.events[0].hash });
  const next = (await get(`/audit/chain?from=2020-01-01T00:00:00Z&after=2`)).body;
  expect(next.events[0].id).toBe(3);
  const verified = (await get('/audit/verification')).body;
  expect(verified).toMatchObject({ broken: null, last: { id: verified.events } });
  const anchored = (await get(`/audit/verification?anchor=2:${'0'.repeat(64)}`)).body;
  expect(anchored.broken).toMatchObject({ kind: 'changed', id: 2 });
  expect((await get('/audit/verification?anchor=2')).status).toBe(400);
});

test('a configuration with problems changes nothing and names each with its line; a good one is applied at once', async () => {
  const broken = stage
    .yaml({ copies: 1 })
    .replace('jurisdictions: [EU]}', 'jurisdictions: [EU], colour: red}')
    .replace('policy: standard', 'policy: lax');
  const refused = await post('/config', { file: 'broken.yaml', text: broken });
  expect(refused).toMatchObject({ status: 422, body: { error: { code: 'config.invalid' } } });
  expect(refused.body.error.problems.length).toBeGreaterThanOrEqual(2);
  for (const problem of refused.body.error.problems) {
    expect(problem).toMatchObject({
      file: 'broken.yaml',
      line: expect.any(Number),
      column: expect.any(Number),
      message: expect.any(String),
    });
  }
  expect((await get('/instances/shop')).body.placement.placed).toHaveLength(2);

  const applied = await post('/config', { file: 'good.yaml', text: stage.yaml({ copies: 1 }) });
  const counts = { regions: 3, policies: 1, instances: 1 };
  expect(applied).toEqual({ status: 200, body: { ...counts, version: expect.any(Number), changed: true, retired: [] } });
  const again = await post('/config', { file: 'good.yaml', text: stage.yaml({ copies: 1 }), reason: 'once more' });
  expect(again.body).toEqual({ ...applied.body, changed: false });
  expect((await get('/instances/shop')).body.placement.placed).toHaveLength(1);
  const renamed = await post('/config', { file: 'good.yaml', text: stage.yaml({ copies: 1 }).replace('  shop: ', '  store: ') });
  expect(renamed).toMatchObject({ status: 200, body: { changed: false, retired: ['shop'] } });
  const named = await post('/config', { file: 'good.yaml', text: stage.yaml({ copies: 1 }) });
  expect(named).toMatchObject({ status: 200, body: { changed: false, retired: ['store'] } });
  const { version } = applied.body;
  expect((await get('/policy/versions')).body).toMatchObject([{ version }, { version: version - 1, author: 'scheduler' }]);
  const refusedForce = await post('/config', { file: 'good.yaml', text: stage.yaml(), force: true });
  expect(refusedForce).toMatchObject({ status: 400, body: { error: { code: 'api.request-invalid' } } });

  const rolledBack = await post('/policy/rollbacks', { version: version - 1, reason: 'two copies after all' });
  expect(rolledBack).toEqual({ status: 200, body: { version: version + 1, changed: true } });
  const unchanged = await post('/policy/rollbacks', { version: version + 1, reason: 'it is so already' });
  expect(unchanged.body).toEqual({ version: version + 1, changed: false });
  const explained = (await get('/instances/shop/policy')).body;
  expect(explained.version).toBe(version + 1);
  expect(explained.placement.placed).toHaveLength(2);
  expect(explained.applying).toEqual([{ policy: 'standard', why: 'shop names it' }]);
  expect(explained.fields).toContainEqual(expect.objectContaining({ field: 'placement.copies', value: 2, from: 'standard' }));
  expect(explained.residency.map(({ data }: { data: { allowed: boolean } }) => data.allowed)).toContain(false);
  expect(await post('/policy/rollbacks', { version: 99, reason: 'x' })).toMatchObject({
    status: 404,
    body: { error: { code: 'policy.version-not-found' } },
  });
});

test('an instance whose policies demand a lock without any length is refused: it would lock nothing', async () => {
  const { rulebook } = await stage.catalog.rulebook.current();
  const lock = { mode: 'governance' as const };
  const locked = rulebook.policies.map((policy) => ({ ...policy, id: policyIdSchema.parse('locked'), lock }));
  await stage.catalog.applyRulebook({ ...rulebook, policies: [...rulebook.policies, ...locked] }, { actor: 'test' });
  const wanted = { id: 'refused', engine: 'postgres', home: stage.home, policy: 'locked', connection: 'env:X' };
  const refused = await post('/instances', wanted);
  await stage.catalog.applyRulebook(rulebook, { actor: 'test' });
  expect(refused).toMatchObject({
    status: 422,
    body: { error: { code: 'lock.no-length', message: expect.stringContaining(stage.other) } },
  });
});

test('no answer of all these held a connection, sealed or not', () => {
  expect(answers.length).toBeGreaterThan(40);
  for (const text of answers) {
    expect(text).not.toContain(secret);
    expect(text).not.toMatch(/sealed:v1/);
    expect(text).not.toContain(stage.sealKey.toString('base64'));
    expect(text).not.toContain(stage.token);
  }
});

test('a drill is planned and started where drills may be, whatever may be restored there', async () => {
  await makePoint(stage, () => 'verified');
  await stage.reportRegions(true, stage.home, stage.other);
  const zones = `data: {allow: [EU]}, drill: {allow: [${stage.home}]}`;
  await post('/config', { file: 'x', text: `${stage.yaml()}residency:\n  stay: {dataClasses: [default], ${zones}}\n` });
  const drill = { instance: shop, to: stage.other, drill: true };
  const refusal = {
    status: 403,
    body: { error: { code: 'placement.region-forbidden', message: expect.stringContaining('allows drills of default only') } },
  };
  expect(await post('/restores/plan', drill)).toMatchObject(refusal);
  expect(await post('/restores', { ...drill, target: customerUrl })).toMatchObject(refusal);
  const rehearsal = await post('/restores', { ...drill, to: stage.home, target: customerUrl });
  expect(rehearsal).toMatchObject({ status: 202 });
  expect((await stage.catalog.runs.get(rehearsal.body.id)).params).toMatchObject({ drill: true });
  await post('/config', { file: 'x', text: stage.yaml() });
});
