import { runIdSchema, systemClock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import { type FaultProxy, startFaultProxy } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { renderOpenapi } from '../../scripts/render-openapi.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../test/stage.ts';
import { composeScheduler, type RunningScheduler } from '../compose.ts';

let stage: SchedulerStage;
let redis: FaultProxy;
let postgres: FaultProxy;
let scheduler: RunningScheduler;
beforeAll(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  redis = await startFaultProxy({ port: Number(new URL(inject('redisUrl')).port) });
  postgres = await startFaultProxy({ port: Number(new URL(stage.database.url).port) });
  const environment = {
    databaseUrl: postgres.urlOf(stage.database.url),
    redisUrl: redis.urlOf(inject('redisUrl')),
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
  await redis.close();
  await postgres.close();
  await stage.close();
});

const bearer = (token = stage.token) => ({ authorization: `Bearer ${token}` });
const basic = (password = stage.token) => ({ authorization: `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}` });
const ask = (path: string, init: RequestInit = {}) => fetch(`${scheduler.url}${path}`, { redirect: 'manual', ...init });
const status = async (path: string, init: RequestInit = {}) => (await ask(path, init)).status;

test('health and the description of the API are open to everybody', async () => {
  expect(await (await ask('/healthz')).json()).toEqual({ status: 'ok' });
  const ready = async () => (await ask('/readyz')).json();
  await vi.waitFor(async () => expect(await ready()).toEqual({ status: 'ok', checks: { catalog: 'ok', redis: 'ok' } }), {
    timeout: 60_000,
  });
  expect(await status('/openapi.json')).toBe(200);
});

test.each(['/v1/instances', '/v1/regions', '/metrics', '/queues', '/queues/api/queues', '/queues/static/anything.js'])(
  '%s wants the token, as bearer or as a password, and challenges a browser',
  async (path) => {
    const refused = [{}, bearer('wrong'), basic('wrong'), bearer(''), { authorization: 'Bearer' }, { authorization: stage.token }];
    for (const headers of refused) {
      const response = await ask(path, { headers });
      expect(response.status, JSON.stringify(headers)).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="CBCR"/);
      expect(await response.json()).toMatchObject({ error: { code: 'api.unauthorised', hint: expect.any(String) } });
    }
    for (const headers of [bearer(), basic()]) expect(await status(path, { headers })).not.toBe(401);
  },
);

test('a temporary token works until it ends, names whoever uses it, and issues no other', async () => {
  const issue = (lifetimeSeconds: number, headers = bearer()) =>
    ask('/v1/tokens', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'night-shift', lifetimeSeconds }),
    });
  const { token } = (await (await issue(3600)).json()) as { token: string };
  expect(await status('/v1/regions', { headers: bearer(token) })).toBe(200);
  expect(await status('/queues', { headers: basic(token) })).toBe(200);
  const backup = await ask('/v1/backups', {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: JSON.stringify({ instance: shop }),
  });
  const { id } = (await backup.json()) as { id: string };
  expect((await stage.catalog.runs.get(runIdSchema.parse(id))).requestedBy).toBe('night-shift');

  const trail = await ask('/v1/audit?action=token.issued', { headers: bearer() });
  expect(await trail.json()).toMatchObject([{ actor: 'api', subject: 'night-shift', facts: { expires: expect.any(String) } }]);

  const refused = await issue(3600, bearer(token));
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ error: { code: 'api.main-token-needed' } });
  for (const forged of [`${token}x`, token.split('.').slice(0, 2).join('.'), `${token.split('.').slice(0, 2).join('.')}.`]) {
    expect(await status('/v1/regions', { headers: bearer(forged) }), forged).toBe(401);
  }

  const short = (await (await issue(1)).json()) as { token: string; expires: string };
  await vi.waitFor(
    async () => {
      const response = await ask('/v1/regions', { headers: bearer(short.token) });
      expect(await response.json()).toMatchObject({
        error: { code: 'api.token-expired', message: expect.stringContaining('night-shift') },
      });
      expect(response.status).toBe(401);
    },
    { timeout: 90_000, interval: 100 },
  );
});

test('a page of another site changes nothing, even with the credentials of the browser', async () => {
  const start = (origin: string) =>
    ask('/v1/backups', {
      method: 'POST',
      headers: { ...basic(), origin, 'content-type': 'application/json' },
      body: JSON.stringify({ instance: shop }),
    });
  const before = (await stage.catalog.runs.list({ instance: shop })).length;
  for (const origin of ['https://evil.example', 'null', `${scheduler.url}.evil.example`]) {
    const response = await start(origin);
    expect(response.status, origin).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: 'api.origin-refused' } });
  }
  expect(await stage.catalog.runs.list({ instance: shop })).toHaveLength(before);
  expect((await start(scheduler.url)).status).toBe(202);
});

test('Bull Board shows the queues of every region and refuses to change them', async () => {
  const page = await ask('/queues', { headers: basic() });
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('CBCR queues');
  const { queues } = (await (await ask('/queues/api/queues', { headers: basic() })).json()) as {
    queues: { name: string; readOnlyMode: boolean }[];
  };
  const names = queues.map(({ name }) => name);
  for (const region of [stage.home, stage.other, stage.foreign]) {
    expect(names).toEqual(expect.arrayContaining(['backup', 'replicate', 'restore', 'verify'].map((kind) => `${kind}.${region}`)));
  }
  expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);

  const { run } = await stage.catalog.runs.create({ kind: 'backup', region: stage.home, instance: shop, params: {}, requestedBy: 'test' });
  const queue = `/queues/api/queues/backup.${stage.home}`;
  await vi.waitFor(async () => expect(await status(`${queue}/${run.id}`, { headers: basic() })).toBe(200), { timeout: 60_000 });
  for (const [method, action] of [
    ['PUT', 'pause'],
    ['PUT', 'empty'],
    ['PUT', 'obliterate'],
    ['POST', 'add'],
    ['PUT', `${run.id}/clean`],
    ['PUT', `${run.id}/promote`],
  ] as const) {
    const answer = await status(`${queue}/${action}`, { method, headers: { ...basic(), 'content-type': 'application/json' }, body: '{}' });
    expect(answer, `${method} ${action}`).toBeGreaterThanOrEqual(400);
  }
  expect(await status(`${queue}/${run.id}`, { headers: basic() })).toBe(200);
});

test('the metrics are Prometheus text about what is now', async () => {
  const response = await ask('/metrics', { headers: bearer() });
  expect(response.headers.get('content-type')).toContain('text/plain');
  const text = await response.text();
  expect(text).toMatch(/^# TYPE /m);
  expect(text).toContain(stage.home);
});

test('the server describes itself as docs/openapi.json does', async () => {
  expect(await (await ask('/openapi.json')).json()).toEqual(JSON.parse(await renderOpenapi()));
});

test.each([
  ['/nothing', 'GET', undefined, 404, 'api.route-unknown'],
  ['/v1/nothing', 'GET', undefined, 404, 'api.route-unknown'],
  ['/v1/backups', 'POST', '{', 400, 'api.request-invalid'],
  ['/v1/instances/%E0%A4%A', 'GET', undefined, 400, 'api.request-invalid'],
  ['/v1/policy/versions/99999999999', 'GET', undefined, 400, 'api.request-invalid'],
  ['/v1/policy/rollbacks', 'POST', JSON.stringify({ version: 99_999_999_999, reason: 'x' }), 400, 'api.request-invalid'],
  ['/v1/deletions/confirmations', 'POST', JSON.stringify({ scope: 'instance:-', reason: 'x' }), 400, 'api.request-invalid'],
  ['/v1/holds/H-1/release', 'POST', '{}', 400, 'api.request-invalid'],
  ['/v1/runs?instance=nobody', 'GET', undefined, 404, 'instance.not-found'],
  ['/v1/config', 'POST', JSON.stringify({ file: 'f', text: 'x'.repeat(3_000_000) }), 400, 'api.request-invalid'],
])('what cannot be answered has a code as well: %s', async (path, method, body, wanted, code) => {
  const init = { method, headers: { ...bearer(), ...(body && { 'content-type': 'application/json' }) }, ...(body && { body }) };
  const response = await ask(path, init);
  expect(response.status).toBe(wanted);
  expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String), hint: expect.any(String) } });
});

test('a body that is no JSON is refused in words of our own', async () => {
  const send = async (headers: Record<string, string>) => {
    const response = await ask('/v1/backups', { method: 'POST', headers: { ...bearer(), ...headers }, body: 'instance=shop' });
    return ((await response.json()) as { error: { message: string } }).error.message;
  };
  expect(await send({ 'content-type': 'application/x-www-form-urlencoded' })).toContain(
    'must be JSON, sent with content-type: application/json',
  );
  expect(await send({ 'content-type': 'application/json' })).toContain('the body is not JSON');
});

test('while Redis is away the scheduler is not ready and says so, but still takes work', async () => {
  redis.set({ kind: 'refuse' });
  await vi.waitFor(async () => expect(await status('/readyz')).toBe(503), { timeout: 60_000 });
  expect(await (await ask('/readyz')).json()).toMatchObject({
    status: 'not ready',
    checks: { catalog: 'ok', redis: expect.stringContaining('Redis does not answer') },
  });
  expect(redis.fired()).toBeGreaterThan(0);
  expect(await status('/healthz')).toBe(200);
  const init = { method: 'POST', headers: { ...bearer(), 'content-type': 'application/json' }, body: JSON.stringify({ instance: shop }) };
  const started = await ask('/v1/backups', init);
  expect([200, 202]).toContain(started.status);
  const run = (await started.json()) as { id: string };
  expect(await status(`/v1/runs/${run.id}/cancel`, { method: 'POST', headers: bearer() })).toBe(202);
  redis.set({ kind: 'pass' });
  await vi.waitFor(async () => expect(await status('/readyz')).toBe(200), { timeout: 60_000 });
});

test('while Postgres is away the scheduler is not ready and says so, and comes back by itself', async () => {
  postgres.set({ kind: 'refuse' });
  await vi.waitFor(async () => expect(await status('/readyz')).toBe(503), { timeout: 60_000 });
  expect(await (await ask('/readyz')).json()).toMatchObject({
    checks: { catalog: expect.stringContaining('does not answer'), redis: 'ok' },
  });
  expect(postgres.fired()).toBeGreaterThan(0);
  const refused = await ask('/v1/instances', { headers: bearer() });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ error: { code: 'catalog.unreachable' } });
  postgres.set({ kind: 'pass' });
  await vi.waitFor(async () => expect(await status('/readyz')).toBe(200), { timeout: 60_000 });
  expect(await status('/v1/instances', { headers: bearer() })).toBe(200);
});
