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
  const body = { regions: 2, policies: 2, instances: 1, version: 7 };
  await using scheduler = await startFakeScheduler({ 'POST /v1/config': { body } });
  const { environment } = scheduler;
  expect(await runCommand(['policy', 'apply', file, '--force'], { environment })).toMatchObject({ exitCode: 2 });
  expect(scheduler.received).toEqual([]);
  const { stdout } = await runCommand(['policy', 'apply', file, '--force', '--reason', 'a court'], { environment });
  expect(stdout).toContain('version 7');
  expect(scheduler.received[0]?.body).toMatchObject({ file, force: true, reason: 'a court' });
});

test('explain shows what the scheduler says, line by line, and by which version of the rules', async () => {
  const placement = { placed: [], spares: [], excluded: [], unmet: [] };
  const text = ['shop (postgres, home north, data class default)', '  fields', '    rpo  24h  all  the only one that says anything'];
  const body = { instance: 'shop', version: 3, applying: [], fields: [], placement, residency: [], text };
  await using scheduler = await startFakeScheduler({ 'GET /v1/instances/shop/policy': { body } });
  const { stdout } = await runCommand(['policy', 'explain', 'shop'], { environment: scheduler.environment });
  expect(stdout).toBe(`${text.join('\n')}\n\nby version 3 of the rules\n`);
});
