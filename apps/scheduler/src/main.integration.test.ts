import { CbcrError, systemClock } from '@cbcr/domain';
import { createQueues, jobKinds } from '@cbcr/jobs';
import { createTestDatabase } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { type SchedulerProcess, startScheduler } from '../test/scheduler-process.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../test/stage.ts';

let stage: SchedulerStage;
const started: SchedulerProcess[] = [];
beforeEach(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((scheduler) => scheduler.end('SIGKILL')));
  await stage.close();
});
function start(environment: Record<string, string> = {}): SchedulerProcess {
  const scheduler = startScheduler(stage, inject('redisUrl'), environment, inject('serverEnvironment'));
  started.push(scheduler);
  return scheduler;
}
const leads = 'this scheduler leads';
const createBackup = async () =>
  (await stage.catalog.runs.create({ kind: 'backup', region: stage.home, instance: shop, params: {}, requestedBy: 'test' })).run.id;

test('one of two schedulers leads; when it is killed the other takes over, and both serve the API all the while', async () => {
  const queues = createQueues({ redisUrlFor: () => inject('redisUrl'), kinds: jobKinds, clock: systemClock, onError: () => undefined });
  const isRelayed = async (run: Awaited<ReturnType<typeof createBackup>>) =>
    vi.waitFor(async () => expect(await queues.has('backup', stage.home, run)).toBe('waiting'), 60_000);
  const first = start();
  await first.says(leads);
  const second = start();
  const { url } = await second.says('the API listens');
  const ready = async () => (await fetch(`${String(url)}/readyz`)).status;
  expect(await ready()).toBe(200);
  await isRelayed(await createBackup());
  expect(second.hasSaid(leads)).toBe(false);

  expect(await first.end('SIGKILL')).toBe(null);
  await second.says(leads);
  expect(await ready()).toBe(200);
  await isRelayed(await createBackup());
  expect(await second.end('SIGTERM')).toBe(0);
  expect(second.hasSaid('this scheduler no longer leads')).toBe(true);
  for (const { lines } of [first, second]) expect(lines.filter(({ level }) => level === 'not JSON')).toEqual([]);
  const logged = JSON.stringify([first.lines, second.lines]);
  const passwords = [stage.database.url, inject('redisUrl')].map((secretUrl) => new URL(secretUrl).password).filter((each) => each !== '');
  for (const secret of [stage.token, stage.sealKey.toString('base64'), ...passwords]) expect(logged).not.toContain(secret);
  await queues.close();
});

test('a catalog of another schema version is refused with exit code 5 and the command that helps', async () => {
  const empty = await createTestDatabase(inject('postgresAdminUrl'));
  const scheduler = start({ CBCR_DATABASE_URL: empty.url });
  expect(await scheduler.exited).toBe(5);
  const { error } = await scheduler.says('The catalog has schema version');
  expect(error).toMatchObject({ code: 'catalog.schema-mismatch', hint: expect.stringContaining('cbcr migrate') });
  await empty.drop();
});

test('a cbcr.yaml that is not valid ends with exit code 2 and all its problems, applied in no part and without leading', async () => {
  const broken = stage
    .yaml()
    .replace('policies:', 'polices:')
    .replace('kind: fs', 'kind: floppy')
    .replace(`home: ${stage.home}`, 'home: nowhere');
  await stage.writeConfig(broken);
  const scheduler = start();
  expect(await scheduler.exited).toBe(2);
  const fatal = scheduler.lines.find(({ level }) => level === 'fatal');
  expect(fatal).toMatchObject({ error: { code: 'config.invalid' } });
  const problems = fatal?.['problems'] as { path: string; line: number; message: string }[];
  expect(problems.length).toBeGreaterThanOrEqual(3);
  for (const problem of problems) expect(problem).toMatchObject({ line: expect.any(Number), message: expect.any(String) });
  expect(scheduler.hasSaid(leads)).toBe(false);
  expect(await stage.catalog.regions.list()).toEqual([]);
});

test('an environment that is not complete ends with exit code 2 and names every variable', async () => {
  const scheduler = start({ CBCR_TOKEN: '', CBCR_SEAL_KEY: 'too short', CBCR_PORT: 'many' });
  expect(await scheduler.exited).toBe(2);
  const { msg } = await scheduler.says(new CbcrError('config.environment-invalid', { cause: '' }).message.slice(0, 20));
  for (const name of ['CBCR_TOKEN', 'CBCR_SEAL_KEY', 'CBCR_PORT']) expect(msg).toContain(name);
  expect(msg).not.toContain('too short');
});
