import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeScheduler } from '../../../test/fake-scheduler.ts';
import { runCommand } from '../../../test/run-command.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cbcr-policy-'));
  file = join(folder, 'cbcr.yaml');
});
afterAll(() => rm(folder, { recursive: true }));

const text = (policy: string) => `version: 1
regions:
  north: { jurisdictions: [DE], store: { kind: fs, path: /north } }
  south: { jurisdictions: [US], store: { kind: fs, path: /south } }
policies:
  all: { select: { engines: [postgres] }, ${policy} }
  idle: { select: { names: [till-*] } }
instances:
  shop: { engine: postgres, home: north, connection: env:SHOP_URL }
`;

test('validate refuses contradictions with their places and ways out, and ends with 2', async () => {
  await writeFile(file, text('placement: { copies: 2, jurisdictions: [DE] }, retention: { minimum: 2y, maximum: 1y }'));
  const { exitCode, stderr } = await runCommand(['policy', 'validate', file]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${file}:6:64 policies.all.placement.copies: shop: policy all demands 2 copies, only 1 qualify: north`);
  expect(stderr).toContain('policies.all.retention.minimum: the minimum retention of 2y is above the maximum of 1y');
  expect(stderr).toContain('Lower the minimum or raise the maximum');
});

test('validate of a good file tells what is probably not meant', async () => {
  await writeFile(file, text('placement: { copies: 2 }'));
  const { exitCode, stdout } = await runCommand(['policy', 'validate', file]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('is valid: 2 regions, 2 policies, 1 instance');
  expect(stdout).toContain('policies.idle.select: matches no instance of this file');
});

test('apply passes reason and force on, and forces nothing without a reason', async () => {
  const body = { regions: 2, policies: 2, instances: 1, version: 7, changed: true, retired: ['old-shop'] };
  await using scheduler = await startFakeScheduler({ 'POST /v1/config': [{ body }, { body: { ...body, changed: false, retired: [] } }] });
  const { environment } = scheduler;
  expect(await runCommand(['policy', 'apply', file, '--force'], { environment })).toMatchObject({ exitCode: 2 });
  expect(scheduler.received).toEqual([]);
  const { stdout } = await runCommand(['policy', 'apply', file, '--force', '--reason', 'a court'], { environment });
  expect(stdout).toMatch(/version 7.*\nnothing new is captured of what the file does not name any more: old-shop\n/);
  expect(scheduler.received[0]?.body).toMatchObject({ file, force: true, reason: 'a court' });
  const again = await runCommand(['policy', 'apply', file, '--reason', 'a court'], { environment });
  expect(again.stdout).toMatch(/nothing changes in the rules, still version 7.*\nthe reason is not kept/);
});

test('explain shows what the scheduler says, line by line, and by which version of the rules', async () => {
  const placement = { placed: [], spares: [], excluded: [], unmet: [] };
  const text = ['shop (postgres, home north, data class default)', '  fields', '    rpo  24h  all  the only one that says anything'];
  const body = { instance: 'shop', version: 3, applying: [], fields: [], placement, residency: [], text };
  await using scheduler = await startFakeScheduler({ 'GET /v1/instances/shop/policy': { body } });
  const { stdout } = await runCommand(['policy', 'explain', 'shop'], { environment: scheduler.environment });
  expect(stdout).toBe(`${text.join('\n')}\n\nby version 3 of the rules\n`);
});

const emptyCounts = { critical: 0, major: 0, minor: 0, unproven: 0 };
const nothing = { before: 0, after: 0 };
const planOf = (refusals: object[]) => ({
  sum: {
    ...{ instances: 1, affected: 1, copiesToMake: [], illegalCopies: [], debts: nothing, bytesToMove: 0, transferPrice: 0 },
    ...{ monthlyCost: nothing, unpricedBytes: nothing, findings: { appearing: emptyCounts, disappearing: emptyCounts } },
    ...{ restorable: nothing, capturesStop: 0, refusals: refusals.length },
  },
  ...{ refusals, instances: [], left: 0, text: ['REFUSED: shop: no policy would apply to shop'] },
});

test('plan ends in 0 when it could be applied and in 4 when it would be refused, and shows what it found either way', async () => {
  const refused = planOf([{ instance: 'shop', reason: { rule: 'no-policy', text: 'no policy would apply to shop' } }]);
  await using scheduler = await startFakeScheduler({
    'POST /v1/policy/plan': [{ body: planOf([]) }, { body: refused }, { body: refused }],
  });
  const { environment } = scheduler;
  expect(await runCommand(['policy', 'plan', file], { environment })).toMatchObject({ exitCode: 0, stderr: '' });
  const end = await runCommand(['policy', 'plan', file], { environment });
  expect(end).toMatchObject({ exitCode: 4, stdout: 'REFUSED: shop: no policy would apply to shop\n' });
  expect(end.stderr).toContain('Applying this would be refused, because of shop. [policy.plan-refused]');
  const { exitCode, stdout } = await runCommand(['policy', 'plan', file, '--json'], { environment });
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([
    4,
    { error: { code: 'policy.plan-refused' }, result: { refusals: [{ instance: 'shop' }] } },
  ]);
});

test('a rollback to what is in force says that nothing changes', async () => {
  await using scheduler = await startFakeScheduler({ 'POST /v1/policy/rollbacks': { body: { version: 7, changed: false } } });
  const { stdout } = await runCommand(['policy', 'rollback', '7', '--reason', 'x'], { environment: scheduler.environment });
  expect(stdout).toContain('nothing changes, still version 7');
});

test('history goes page by page, and says that there is more', async () => {
  const facts = {
    hash: 'f'.repeat(64),
    author: 'ada',
    reason: null,
    forced: false,
    rollbackOf: null,
    appliedAt: '2027-01-31T12:00:00.000Z',
  };
  await using scheduler = await startFakeScheduler({
    'GET /v1/policy/versions?limit=2': { body: [3, 2].map((version) => ({ version, ...facts })) },
    'GET /v1/policy/versions?before=2&limit=2': { body: [{ version: 1, ...facts }] },
  });
  const { environment } = scheduler;
  const first = await runCommand(['policy', 'history', '--limit', '2'], { environment });
  expect(first.stderr).toBe('only the newest 2 are shown; older ones: cbcr policy history --before 2\n');
  const rest = await runCommand(['policy', 'history', '--limit', '2', '--before', '2'], { environment });
  expect(rest).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1        2027-01-31'), stderr: '' });
});
