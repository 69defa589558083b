import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ErrorCode, runbookOf } from '@cbcr/domain';
import { afterAll, describe, expect, test } from 'vitest';
import { startFakeScheduler } from '../test/fake-scheduler.ts';
import { runCommand } from '../test/run-command.ts';
import { pointId, runId, sampleCopy, sampleInstance, samplePoint, sampleRegion, sampleRun } from '../test/sample-views.ts';
import { describeFailure } from './output/failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'cbcr-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const secretUrl = 'postgres://shop:hunter2@db.example/shop';

describe('mistakes on the command line', () => {
  test.each([
    [['bakcup', 'shop'], /Unknown command 'bakcup' \(Did you mean backup\?\)/],
    [['runs', 'lst'], /Unknown command 'lst' \(Did you mean list\?\)/],
    [['backup', 'shop', '--wiat'], /Unknown option '--wiat' \(Did you mean --wait\?\)/],
    [['backup'], /Missing required argument 'instance'/],
    [['backup', 'shop', 'extra'], /Too many arguments/],
    [['restore', 'shop'], /Required option '--to <region>' not specified/],
    [['runs', 'list', '--limit', '0'], /It must be a whole number, 1 or more/],
    [['dev', 'up', '--store', 'tape'], /Allowed choices are s3, fs/],
    [['instances', 'add', 'shop', '--engine', 'x', '--home', 'x', '--policy', 'x', '--label', 'x'], /A label is written key=value/],
    [['runs'], /A command is missing/],
    [[], /A command is missing/],
    [['limits', 'set', 'link:a->b', '-5MB/s'], /'-5MB\/s' begins with a dash: rates, sizes and counts are never negative/],
  ])('%j exits with 2 and says what is wrong', async (words, message) => {
    const end = await runCommand(words);
    expect(end).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) });
    expect(end.stderr).toContain('hint:  Add --help to the command');
  });

  test('are told as JSON where JSON is wanted', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['--json', 'nonsense']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'usage.invalid',
        message: "Unknown command 'nonsense'.",
        hint: 'Add --help to the command to see what it takes.',
        runbook: 'docs/runbooks/usage.md#usageinvalid',
      },
    });
  });

  test('in names are found before anything is sent', async () => {
    await using scheduler = await startFakeScheduler({});
    const { environment } = scheduler;
    expect(await runCommand(['backup', 'Shop!'], { environment })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('instance: lower-case'),
    });
    expect(scheduler.received).toEqual([]);
  });

  test('in a hold are told by the names of the options', async () => {
    await using scheduler = await startFakeScheduler({});
    const { environment } = scheduler;
    const place = async (...words: string[]) => (await runCommand(['holds', 'place', '--title', 'x', ...words], { environment })).stderr;
    expect(await place('--reason', 'y', '--point', 'rp_1')).toContain('error: --point: an id like');
    expect(await place('--reason', 'y', '--captured-to', 'soon')).toContain('error: --captured-to: a day or a moment');
    expect(await place('--reason', ' ', '--region', 'here')).toContain('error: --reason: it must not be empty.');
    expect(scheduler.received).toEqual([]);
  });

  test('in an action of the audit trail are told, unless events have that name', async () => {
    await using scheduler = await startFakeScheduler({
      'GET /v1/audit?action=copy.lost': { body: [] },
      'GET /v1/audit?action=copy.verified': { body: [] },
    });
    const { environment } = scheduler;
    const list = (action: string) => runCommand(['audit', 'list', '--action', action], { environment });
    expect(await list('copy.lost')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/no action copy.lost.*\n.*There are: .*copy.verified/),
    });
    expect(await list('copy.verified')).toMatchObject({ exitCode: 0 });
  });

  test('in the id of a point are not taken for the name of an instance', async () => {
    await using scheduler = await startFakeScheduler({});
    await runCommand(['retention', 'explain', 'rp_1'], { environment: scheduler.environment });
    expect(scheduler.received).toMatchObject([{ path: expect.stringContaining('/points/rp_1/retention') }]);
  });
});

describe('where the scheduler is', () => {
  test('nowhere: exit code 3 and how to start a stack', async () => {
    const end = await runCommand(['runs', 'list'], { currentFolder: folder });
    expect(end).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('cbcr dev up') });
  });

  test('half an address is refused', async () => {
    const end = await runCommand(['runs', 'list'], { environment: { CBCR_URL: 'http://127.0.0.1:9999' } });
    expect(end).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CBCR_TOKEN is missing') });
  });

  test('a broken environment does not keep help from being shown', async () => {
    const end = await runCommand(['--help'], { environment: { CBCR_URL: 'nonsense' } });
    expect(end).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Exit codes:'), stderr: '' });
  });

  test('at an address that does not answer: exit code 5', async () => {
    await using gone = await startFakeScheduler({});
    await gone[Symbol.asyncDispose]();
    const end = await runCommand(['runs', 'list'], { environment: gone.environment });
    expect(end).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(/does not answer: .*ECONNREFUSED.*\n?.*api.unreachable/) });
  });

  test('an interrupt ends a command at once with 130', async () => {
    const end = await runCommand(['runs', 'list'], {
      environment: { CBCR_URL: 'http://127.0.0.1:9999', CBCR_TOKEN: 'x' },
      signal: AbortSignal.abort(),
    });
    expect(end).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('Interrupted') });
    expect(end.stderr).toContain('cli.interrupted');
  });
});

describe('what the scheduler answers', () => {
  test('is a defect where a command cannot make anything of it: the error names no run, and no stack trace is shown', () => {
    const failure = describeFailure(new TypeError('placement is undefined.'));
    expect(failure).toMatchObject({ code: 'cli.unexpected', exitCode: 1, reason: null, runbook: runbookOf('cli.unexpected').link });
    expect(failure.message).toContain('placement is undefined');
  });

  test('goes with the token, as a table or as JSON', async () => {
    await using scheduler = await startFakeScheduler({ 'GET /v1/runs': { body: [sampleRun()] } });
    const { environment } = scheduler;
    expect((await runCommand(['runs', 'list'], { environment })).stdout).toContain(`${runId}  backup`);
    expect(JSON.parse((await runCommand(['runs', 'list', '--json'], { environment })).stdout)).toEqual([sampleRun()]);
    expect(scheduler.received[0]?.authorization).toBe('Bearer the-token');
  });

  test.each<[number, ErrorCode, number]>([
    [401, 'api.unauthorised', 4],
    [404, 'instance.not-found', 3],
    [503, 'catalog.unreachable', 5],
    [500, 'run.unexpected', 1],
  ])('%d %s exits with %d', async (status, code, exitCode) => {
    await using scheduler = await startFakeScheduler({
      'GET /v1/instances/shop': { status, body: { error: { code, message: 'What happened.', hint: 'What to do.' } } },
    });
    const end = await runCommand(['instances', 'show', 'shop'], { environment: scheduler.environment });
    expect(end).toEqual({
      exitCode,
      stdout: '',
      stderr: [
        `error: What happened. [${code}]`,
        'hint:  What to do.',
        // Where another scheduler may have been meant.
        ...(status < 500 ? [`asked: ${scheduler.environment.CBCR_URL} (CBCR_URL)`] : []),
        `more:  ${runbookOf(code).link}`,
        '',
      ].join('\n'),
    });
  });

  test('that is wrong with one part is told once', async () => {
    const error = { code: 'api.request-invalid', message: 'The request is not valid: id: an id like rp_x.', hint: 'Correct it.' };
    const problems = [{ path: 'id', message: 'an id like rp_x' }];
    await using scheduler = await startFakeScheduler({ 'GET /v1/points/rp_1': { status: 400, body: { error: { ...error, problems } } } });
    const { stderr } = await runCommand(['points', 'show', 'rp_1'], { environment: scheduler.environment });
    expect(stderr.match(/an id like/g)).toHaveLength(1);
  });

  test.each([
    [['limits', 'list'], 'GET /v1/limits', 'no limit is set'],
    [['audit', 'list', '--subject', 'nope'], 'GET /v1/audit?subject=nope', 'no event of the audit trail matches'],
    [['holds', 'list'], 'GET /v1/holds', 'no hold'],
    [['runs', 'list'], 'GET /v1/runs', 'no run matches'],
  ])('%j says that there is nothing, beside the head of the table and not in it', async (words, route, none) => {
    await using scheduler = await startFakeScheduler({ [route]: { body: [] } });
    const { environment } = scheduler;
    const end = await runCommand(words, { environment });
    expect(end).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(none) });
    expect(end.stdout.trim().split('\n')).toHaveLength(1);
    expect(await runCommand([...words, '--json'], { environment })).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' });
  });

  test('a list that was cut says so', async () => {
    await using scheduler = await startFakeScheduler({ 'GET /v1/runs?limit=1': { body: [sampleRun()] } });
    const { stderr } = await runCommand(['runs', 'list', '--limit', '1'], { environment: scheduler.environment });
    expect(stderr).toBe('only the newest 1 are shown; more with --limit\n');
  });

  test('shows where copies must live, where they may not, and why', async () => {
    await using scheduler = await startFakeScheduler({ 'GET /v1/instances/shop': { body: sampleInstance() } });
    const { stdout } = await runCommand(['instances', 'show', 'shop'], { environment: scheduler.environment });
    expect(stdout).toMatch(/north +primary +north is the home region of shop/);
    expect(stdout).toMatch(/far +excluded +far is in none of EU/);
    expect(stdout).toContain('protected: NO');
  });
});

test('status names the scheduler that is asked, what is down and what is not protected', async () => {
  const runsIn = (state: string, body: object[]) => ({ [`GET /v1/runs?state=${state}&limit=500`]: { body } });
  await using scheduler = await startFakeScheduler({
    'GET /v1/regions': { body: [sampleRegion('north'), sampleRegion('south', 'down')] },
    'GET /v1/instances': { body: [sampleInstance()] },
    ...{ ...runsIn('running', [sampleRun()]), ...runsIn('queued', []), ...runsIn('waiting', []) },
  });
  const { exitCode, stdout } = await runCommand(['status'], { environment: scheduler.environment });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`scheduler  ${scheduler.environment.CBCR_URL} (CBCR_URL)`);
  expect(stdout).toContain('1 of 2 up; south is down: no worker has reported for 12 s');
  expect(stdout).toContain('0 of 1 protected; NOT shop');
  expect(stdout).toContain('1 running, 0 queued, 0 waiting');
});

describe('cbcr config', () => {
  const file = join(folder, 'cbcr.yaml');
  writeFileSync(file, 'version: 1\nregions:\n  north:\n    jurisdictions: [eu]\n    store: { kind: tape }\npolicys: {}\n');

  test('check lists every problem with its place, and exits with 2', async () => {
    const { exitCode, stderr } = await runCommand(['config', 'check', file]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${file}:4:21 regions.north.jurisdictions[0]: `);
    expect(stderr).toContain(`${file}:5:20 regions.north.store.kind: `);
    expect(stderr).toContain(`${file}:6:1 policys: `);
    expect(stderr).toContain('[config.invalid]');
    const { error } = JSON.parse((await runCommand(['config', 'check', file, '--json'])).stdout);
    expect(error.problems.map((problem: { line: number }) => problem.line)).toEqual([4, 5, 6]);
  });

  test('check of a file that is not there is a problem of the file', async () => {
    const end = await runCommand(['config', 'check', join(folder, 'none.yaml')]);
    expect(end).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('cannot be read') });
  });

  test('apply shows what the scheduler found, with its places', async () => {
    const problem = { path: 'policies.x', message: 'is not known', file, line: 7, column: 3, hint: 'Name another.' };
    const error = { code: 'config.invalid', message: 'It has 1 problem(s).', hint: 'Correct them all.', problems: [problem] };
    await using scheduler = await startFakeScheduler({ 'POST /v1/config': { status: 422, body: { error } } });
    const { exitCode, stderr } = await runCommand(['config', 'apply', file], { environment: scheduler.environment });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${file}:7:3 policies.x: is not known\n    Name another.\n`);
  });
});

describe('cbcr backup --wait', () => {
  const routes = (run: object, point: object) => ({
    'POST /v1/backups': { body: sampleRun({ state: 'queued', point: null }) },
    [`GET /v1/runs/${runId}`]: { body: run },
    [`GET /v1/points/${pointId}`]: { body: point },
    'GET /v1/regions': { body: [sampleRegion('north'), sampleRegion('south', 'down')] },
  });
  const words = ['backup', 'shop', '--wait', '--idempotency-key', 'nightly'];

  test('succeeds when every copy is verified', async () => {
    await using scheduler = await startFakeScheduler(routes(sampleRun(), samplePoint()));
    const end = await runCommand(words, { environment: scheduler.environment });
    expect(end).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/south +secondary +verified/) });
    expect(end.stderr).toContain('2 of 2 copies verified');
    expect(scheduler.received[0]).toMatchObject({ body: { instance: 'shop' }, idempotencyKey: 'nightly' });
  });

  test('succeeds with a warning while a region that is down owes a copy', async () => {
    const debt = {
      point: pointId,
      region: 'south',
      since: '2026-11-23T07:00:00.000Z',
      reason: { rule: 'x', text: 'no answer' },
      nextAttemptAt: null,
    };
    const point = samplePoint({ protected: false, debts: [debt], copies: [sampleCopy('north'), sampleCopy('south', { state: 'failed' })] });
    await using scheduler = await startFakeScheduler(routes(sampleRun(), point));
    const end = await runCommand(words, { environment: scheduler.environment });
    expect(end).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('warning: the copy in south is owed since 2026-11-23 07:00:00Z: no answer'),
    });
  });

  test('fails with 6 when too few copies are verified for the point to be available', async () => {
    await using scheduler = await startFakeScheduler(routes(sampleRun(), samplePoint({ available: false, protected: false })));
    expect(await runCommand(words, { environment: scheduler.environment })).toMatchObject({ exitCode: 6 });
  });

  test.each([
    [
      'failed',
      { code: 'engine.denied', message: 'The login was refused.', hint: 'Check the user.' },
      /The login was refused. \(engine.denied\)/,
      /hint: {2}Check the user. See: cbcr runs show/,
    ],
    ['cancelled', null, /it was cancelled/, /hint: {2}See: cbcr runs show/],
  ] as const)('fails with 6 when the run %s', async (state, error, message, hint) => {
    await using scheduler = await startFakeScheduler(routes(sampleRun({ state, error }), samplePoint()));
    const end = await runCommand(words, { environment: scheduler.environment });
    expect(end).toMatchObject({ exitCode: 6, stdout: '' });
    expect(end.stderr).toMatch(message);
    expect(end.stderr).toMatch(hint);
  });
});

describe('cbcr restore', () => {
  const plan = {
    ...{ instance: 'shop', point: pointId, capturedAt: '2026-11-23T07:00:00.000Z', to: 'south', plaintextBytes: 2000, storedBytes: 1000 },
    ranking: [{ region: 'south', rank: 1, reasons: [{ rule: 'near', text: 'no transfer between regions' }] }],
    excluded: [{ region: 'north', reason: { rule: 'down', text: 'north is down' } }],
  };
  const routes = {
    'POST /v1/restores/plan': { body: plan },
    'POST /v1/restores': { body: sampleRun({ kind: 'restore', state: 'queued' }) },
  };

  test('prints the ranking first, restores the point of the plan, and never shows the target', async () => {
    await using scheduler = await startFakeScheduler(routes);
    const words = ['restore', 'shop', '--to', 'south', '--target', '-', '--jobs', '3'];
    const end = await runCommand(words, { environment: scheduler.environment, stdin: `${secretUrl}\n` });
    expect(end.exitCode).toBe(0);
    expect(end.stderr).toMatch(/1 +south +no transfer between regions\n– +north +not read: north is down/);
    expect(end.stdout + end.stderr).not.toContain('hunter2');
    const [asked, started] = scheduler.received;
    expect(asked).toMatchObject({ path: '/v1/restores/plan', body: { instance: 'shop', to: 'south' } });
    expect(started).toMatchObject({
      path: '/v1/restores',
      body: { instance: 'shop', to: 'south', target: secretUrl, jobs: 3, point: pointId },
    });
  });

  test('a refusal does not show the target either', async () => {
    await using scheduler = await startFakeScheduler({});
    const end = await runCommand(['restore', 'shop', '--to', 'Bad Region', '--target', secretUrl], { environment: scheduler.environment });
    expect(end).toMatchObject({ exitCode: 2, stderr: expect.not.stringContaining('hunter2') });
    expect(scheduler.received).toEqual([]);
  });
});
