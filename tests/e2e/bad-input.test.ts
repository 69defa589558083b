import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, errorCatalogue, exitCodeOf, keyPrefixOf, queueNameOf, regionIdSchema, runbookOf } from '@cbcr/domain';
import { compareDatabases, createReadOnlyLogin, type TestDatabase } from '@cbcr/testkit';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCbcrCommand } from './cbcr-command.ts';
import { eventually } from './eventually.ts';
import { store, userEnvironment } from './setup-environment.ts';
import { startStack, type TestStack } from './stack.ts';

interface Failure {
  code: ErrorCode;
  message: string;
  hint: string;
  runbook: string;
  reason?: { code: ErrorCode; message: string; hint: string };
}

const unknownPoint = 'rp_01m3250v00rvbj9e8qz6qmf97y';
const unknownRun = 'run_01m3250v00rvbj9e8qz6qmf97y';

/** What a user gets who gives it something wrong: a code, a sentence, a hint, an exit code and a runbook; never a secret, never a hanging command. */
describe('bad input gets a clear answer', () => {
  let stack: TestStack;
  let [home, other, last]: [string, string, string] = ['', '', ''];
  let goodConfig: string;
  let target: TestDatabase;

  beforeAll(async () => {
    stack = await startStack({ megabytes: 5 });
    [home = '', other = '', last = ''] = stack.regions;
    goodConfig = await readFile(stack.file.configFile, 'utf8');
    target = await stack.createTarget();
    await stack.cbcr.json('backup', 'shop', '--wait');
  });
  afterAll(() => stack.down());

  const fail = async (args: readonly string[], input = '') => {
    const { code, stdout, stderr } = await stack.cbcr.run([...args, '--json'], input);
    expect(code, `${args.join(' ')} succeeded\n${stdout}`).not.toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/:[^:@/ ]{8,}@127/);
    return { exitCode: code, ...(JSON.parse(stdout) as { error: Failure }).error };
  };
  const expectAnswer = (failure: Awaited<ReturnType<typeof fail>>, code: ErrorCode) => {
    expect(failure).toMatchObject({ code, exitCode: exitCodeOf(errorCatalogue[code]), runbook: runbookOf(code).link });
    expect(failure.message.length).toBeGreaterThan(10);
    expect(failure.hint.length).toBeGreaterThan(10);
  };
  /** A run that was waited for and failed: exit code 6, and the run's own error with its runbook. */
  const expectFailedRun = (failure: Awaited<ReturnType<typeof fail>>, code: ErrorCode) => {
    expect(failure).toMatchObject({ code: 'run.failed', exitCode: 6, reason: { code }, runbook: runbookOf(code).link });
    expect(failure.hint).toContain(failure.reason?.hint);
  };
  /** The code that the run ends with, or undefined when it succeeds. */
  const endOf = async (started: Promise<{ id: string }>) => (await stack.untilEnded((await started).id)).error?.code;
  const changed = (url: string, parts: { password?: string; port?: string; database?: string }) => {
    const copy = new URL(url);
    if (parts.password !== undefined) copy.password = parts.password;
    if (parts.port !== undefined) copy.port = parts.port;
    if (parts.database !== undefined) copy.pathname = `/${parts.database}`;
    return copy.href;
  };
  const kill = async (names: readonly string[]) => {
    const { processes } = await stack.cbcr.json<{ processes: { name: string; pid: number }[] }>('dev', 'status');
    for (const { name, pid } of processes) if (names.includes(name)) process.kill(pid, 'SIGKILL');
  };
  const add = (name: string, connection: string, place = home) =>
    stack.client.addInstance({ id: name, engine: 'postgres', home: place, policy: stack.file.policy, connection });
  const restoreTo = (region: string, url: string, ...more: string[]) =>
    fail(['restore', 'shop', '--to', region, '--target', '-', '--wait', ...more], url);

  test('what does not exist, and names of any shape', async () => {
    const longName = 'x'.repeat(5_000);
    const place = ['--home', home, '--policy', stack.file.policy];
    const commands: [ErrorCode, string[]][] = [
      ['instance.not-found', ['backup', 'nobody']],
      ['point.not-found', ['restore', 'shop', '--to', home, '--target', 'env:X', '--point', unknownPoint]],
      ['usage.invalid', ['instances', 'add', longName, '--engine', 'postgres', ...place, '--connection', 'env:X']],
      ['usage.invalid', ['backup', '../../etc/passwd\u202e\u0007; drop table runs']],
      ['api.request-invalid', ['instances', 'show', 'Ünï💥']],
    ];
    for (const [code, args] of commands) expectAnswer(await fail(args), code);
    const [only] = await stack.client.listPoints({ instance: 'shop', limit: 1 });
    expectAnswer(await fail(['points', 'delete', only?.id ?? '', '--reason', 'a slip', '--yes']), 'copy.deletion-refused');

    const { client, file } = stack;
    const wanted = { id: 'a', engine: 'postgres', home, policy: file.policy, connection: 'env:X' };
    const requests: [ErrorCode, Promise<unknown>][] = [
      ['region.not-found', client.planRestore({ instance: 'shop', to: 'nowhere' })],
      ['run.not-found', client.getRun(unknownRun)],
      ['policy.not-found', client.addInstance({ ...wanted, policy: 'no' })],
      ['engine.unknown', client.addInstance({ ...wanted, engine: 'tape' })],
      ['engine.connection-invalid', client.addInstance({ ...wanted, connection: 'env:CBCR_TOKEN' })],
      ['api.request-invalid', client.addInstance({ ...wanted, id: longName })],
    ];
    await Promise.all(
      requests.map(([code, request]) => expect(request).rejects.toMatchObject({ code, exitCode: exitCodeOf(errorCatalogue[code]) })),
    );
  });

  test('a database with wrong credentials, one that does not exist, one that does not answer', async () => {
    const { customerUrl } = stack.file;
    await add('wrong-password', changed(customerUrl, { password: 'a-wrong-password' }));
    await add('no-database', changed(customerUrl, { database: 'no_such_database' }));
    await add('no-server', changed(customerUrl, { port: '1' }));
    await add('no-secret', 'env:NO_SUCH_VARIABLE');
    expectFailedRun(await fail(['backup', 'wrong-password', '--wait']), 'engine.denied');
    expect(await endOf(stack.client.startBackup({ instance: 'no-database' }))).toBe('engine.database-missing');
    expect(await endOf(stack.client.startBackup({ instance: 'no-secret' }))).toBe('secret.unresolvable');
    const { id } = await stack.client.startBackup({ instance: 'no-server' }, { idempotencyKey: 'no-server' });
    const ask = () => fail(['backup', 'no-server', '--idempotency-key', 'no-server', '--wait', '--timeout', '1']);
    await eventually(`${id} waits`, async () => (await stack.client.getRun(id)).state === 'waiting');
    let waiting = await ask();
    // Just then it may have been trying again.
    while (waiting.reason === undefined) waiting = await ask();
    expect(waiting).toMatchObject({ code: 'run.wait-expired', exitCode: 5, reason: { code: 'engine.unreachable' } });
    expect(waiting.runbook).toBe(runbookOf('engine.unreachable').link);
    await Promise.all((await stack.client.listRuns({ instance: 'no-server' })).map(({ id }) => stack.client.cancelRun(id)));
  });

  test('a target that cannot be reached, is not empty, or is the source; and one that may be emptied', async () => {
    const { customerUrl } = stack.file;
    const restoring = (url: string, clean?: string) => endOf(stack.client.startRestore({ instance: 'shop', to: home, target: url, clean }));
    expect(await restoring(changed(target.url, { password: 'a-wrong-password' }))).toBe('engine.denied');
    expect(await restoring(changed(target.url, { database: 'no_such_database' }))).toBe('engine.database-missing');
    expect(await restoring(customerUrl)).toBe('engine.target-is-source');
    expect(await restoring(customerUrl, 'shop')).toBe('engine.target-is-source');
    expect(await restoring(target.url)).toBeUndefined();
    expect(await restoring(target.url, 'shop')).toBe('engine.clean-unconfirmed');
    expectFailedRun(await restoreTo(home, target.url), 'engine.target-not-empty');
    const cleaned = await stack.cbcr.run(['restore', 'shop', '--to', home, '--target', '-', '--wait', '--clean', target.name], target.url);
    expect(cleaned.code, cleaned.stderr).toBe(0);
    expect((await compareDatabases(customerUrl, target.url, { environment: userEnvironment })).differences).toEqual([]);
  });

  test('a store that is not there, elsewhere, closed or read-only: the copy is owed and says why, and the others are made', async () => {
    for (const { change, says } of await brokenStores()) {
      await applyConfig(change);
      const { id } = await stack.client.startBackup({ instance: 'shop' });
      const { point, result } = await stack.untilEnded(id);
      // As the run has it: a repair may have begun, which gives the copy reasons of its own.
      expect(result).toMatchObject({ detached: [{ region: last, reason: expect.stringMatching(says) }] });
      const made = await stack.client.getPoint(String(point));
      expect(made.debts.map(({ region }) => region)).toContain(last);
      expect(made.copies.filter(({ state }) => state === 'stored' || state === 'verified')).toHaveLength(2);
    }
    await applyConfig((text) => text);
  });

  /** Applies the good configuration with a change to the part of the last region. */
  async function applyConfig(change: (part: string) => string): Promise<void> {
    const from = goodConfig.indexOf(`${last}:`);
    const text = `${goodConfig.slice(0, from)}${change(goodConfig.slice(from))}`;
    await stack.client.applyConfig({ file: 'changed.yaml', text });
  }

  async function brokenStores(): Promise<{ change(part: string): string; says: RegExp }[]> {
    if (store === 'fs')
      return [
        { change: (part) => part.replace(/path: \S+/, 'path: /no/such/folder'), says: /does not answer: the folder .* is not there/ },
      ];
    const part = goodConfig.slice(goodConfig.indexOf(`${last}:`));
    const [endpoint = '', bucket = ''] = ['endpoint', 'bucket'].map((key) => new RegExp(`${key}: (\\S+)`).exec(part)?.[1]);
    const secret = (name: string) => join(stack.file.folder, 'secrets', name);
    const [accessKeyId, secretAccessKey] = [
      await readFile(secret('s3-access-key'), 'utf8'),
      await readFile(secret('s3-secret-key'), 'utf8'),
    ];
    const reader = await createReadOnlyLogin({ endpoint, bucket, accessKeyId, secretAccessKey, region: 'us-east-1' }, userEnvironment);
    await writeFile(secret('wrong'), 'a-wrong-secret');
    await writeFile(secret('reader-id'), reader.accessKeyId);
    await writeFile(secret('reader-key'), reader.secretAccessKey);
    const keyed = (id: string, key: string) => (text: string) =>
      text
        .replace(/accessKeyId: \S+/, `accessKeyId: file:${secret(id)}`)
        .replace(/secretAccessKey: \S+/, `secretAccessKey: file:${secret(key)}`);
    return [
      {
        change: (text) => text.replace(/bucket: \S+/, 'bucket: no-such-bucket'),
        says: /The bucket no-such-bucket of region .* does not exist/,
      },
      {
        change: (text) => text.replace(/(\s+)bucket: /, '$1region: mars-north-1$1bucket: '),
        says: /is not where the configuration says: .*expecting/,
      },
      { change: keyed('s3-access-key', 'wrong'), says: /refused to .*SignatureDoesNotMatch/ },
      { change: keyed('reader-id', 'reader-key'), says: /refused to .*AccessDenied/ },
    ];
  }

  test('a job that cannot be read ends as failed with its reason, once, and the worker goes on', async () => {
    const region = regionIdSchema.parse(home);
    const { hostname: host, port, password } = new URL(stack.file.redisUrl);
    const queue = new Queue(queueNameOf('backup', region), {
      connection: { host, port: Number(port), password },
      prefix: keyPrefixOf(region),
    });
    const poison = [
      null,
      'text',
      {},
      { v: 1 },
      { v: 99, runId: unknownRun },
      { v: 1, runId: 'not-an-id' },
      { v: 1, runId: unknownRun, more: true },
    ];
    const jobs = await Promise.all(poison.map((data) => queue.add('backup', data, { attempts: 5 })));
    for (const job of jobs) {
      await eventually(`job ${job.id} failed`, async () => (await queue.getJobState(String(job.id))) === 'failed');
      const { failedReason, attemptsStarted } = (await queue.getJob(String(job.id))) ?? {};
      expect(failedReason).toMatch(/cannot be read|is not valid/);
      expect(attemptsStarted).toBe(1);
    }
    await queue.close();
    const { id } = await stack.client.startBackup({ instance: 'shop' });
    expect(await stack.untilEnded(id)).toMatchObject({ state: 'succeeded' });
  });

  test('a point whose copies cannot be read now is refused at once, with each region and why', async () => {
    await stack.untilProtected('shop');
    await kill(stack.regions.map((region) => `${store === 'fs' ? 'worker' : 'store'}-${region}`));
    await eventually('no region is up', async () => (await stack.client.listRegions()).every(({ health }) => health.state === 'down'));
    const failure = await fail(['restore', 'shop', '--to', home, '--target', 'env:X']);
    expectAnswer(failure, 'format.unreadable');
    for (const region of stack.regions) expect(failure.message).toContain(region);
  });

  test('a token that has expired', async () => {
    const { token } = await stack.cbcr.json<{ token: string }>('tokens', 'issue', 'night-shift', '--for', '1s');
    const guest = createCbcrCommand({ ...userEnvironment, CBCR_URL: stack.file.url, CBCR_TOKEN: token });
    const { code, stdout } = await eventually('the token has ended', async () => {
      const listed = await guest.run(['regions', 'list', '--json']);
      return listed.code !== 0 && listed;
    });
    expectAnswer({ exitCode: code, ...(JSON.parse(stdout) as { error: Failure }).error }, 'api.token-expired');
    expect(await guest.run(['tokens', 'issue', 'friend', '--for', 'long'])).toMatchObject({ code: 2 });
  });

  test('a token that was changed, a wrong key and a missing key', async () => {
    const stateFile = join(stack.file.folder, 'state.json');
    /** Restarts these processes with other secrets. */
    const restartWith = async (names: string[], secrets: object) => {
      await kill(names);
      const state = JSON.parse(await readFile(stateFile, 'utf8'));
      await writeFile(stateFile, JSON.stringify({ ...state, secrets: { ...state.secrets, ...secrets } }));
      await stack.cbcr.json('dev', 'up');
      await eventually('all regions are up', async () =>
        (await stack.cbcr.json<{ health: { state: string } }[]>('regions', 'list')).every(({ health }) => health.state === 'up'),
      );
    };
    const empty = await stack.createTarget();
    const wrongKeys = Object.fromEntries(stack.regions.map((region) => [region, Buffer.alloc(32, 7).toString('base64')]));
    await restartWith([`worker-${other}`], { keys: wrongKeys });
    await restartWith([`worker-${last}`, 'scheduler'], { keys: {}, token: 'the-token-after-the-change' });
    expectFailedRun(await restoreTo(other, empty.url), 'key.wrong');
    expectFailedRun(await restoreTo(last, empty.url), 'key.missing');
    await expect(stack.client.listRuns()).rejects.toMatchObject({
      code: 'api.unauthorised',
      exitCode: 4,
      hint: expect.stringContaining('CBCR_TOKEN'),
    });
  });
});
