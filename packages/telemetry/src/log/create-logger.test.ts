import { PassThrough } from 'node:stream';
import { CbcrError, instanceIdSchema, recoveryPointIdSchema, regionIdSchema, runIdSchema } from '@cbcr/domain';
import { describe, expect, test } from 'vitest';
import { createLogger, type Logger } from './create-logger.ts';
import { createReadableLog } from './readable-log.ts';
import { redactText } from './redact-text.ts';
import { runLogger } from './run-logger.ts';

const secret = 'hunter2';

/** What really leaves a logger. */
const capture = (use: (logger: Logger) => void) => {
  const lines: string[] = [];
  use(createLogger({ service: 'test', level: 'trace', destination: { write: (line) => lines.push(line) } }));
  return lines.join('');
};
const logOne = (use: (logger: Logger) => void): Record<string, unknown> => JSON.parse(capture(use));

test('a line is one JSON object with a level in words, an ISO time and the service', () => {
  expect(capture((logger) => logger.info({ region: 'berlin' }, 'stored'))).toMatch(/^\{[^\n]*\}\n$/);
  expect(logOne((logger) => logger.info({ region: 'berlin' }, 'stored'))).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    service: 'test',
    pid: process.pid,
    region: 'berlin',
    msg: 'stored',
  });
});

test('the child logger of a run names the run in every line', () => {
  const run = {
    id: runIdSchema.parse(`run_${'0'.repeat(26)}`),
    kind: 'backup',
    region: regionIdSchema.parse('berlin'),
    instance: instanceIdSchema.parse('shop'),
    point: recoveryPointIdSchema.parse(`rp_${'0'.repeat(26)}`),
  };
  expect(logOne((logger) => runLogger(logger, run).warn({}, 'slow'))).toMatchObject({
    runId: run.id,
    kind: 'backup',
    region: 'berlin',
    instance: 'shop',
    recoveryPoint: run.point,
  });
});

describe('no secret gets out', () => {
  const url = `postgres://shop:${secret}@db.internal:5432/shop`;
  test.each<[string, (logger: Logger) => void]>([
    ['under a telling key', (logger) => logger.info({ password: secret })],
    ['under a telling key in any case', (logger) => logger.info({ SecretAccessKey: secret, accessToken: secret, PGPASSWORD: secret })],
    ['deep inside', (logger) => logger.info({ a: [{ b: { c: { d: { e: { token: { value: secret } } } } } }] })],
    ['under a name that holds one', (logger) => logger.info({ b: { dbPasswdOld: `7${secret}` } })],
    ['in headers', (logger) => logger.info({ headers: { authorization: `Bearer ${secret}`, cookie: secret } })],
    ['as a connection', (logger) => logger.info({ instance: { connection: `host=db password=${secret}` } })],
    ['in a URL anywhere', (logger) => logger.info({ target: url, nested: [{ text: `could not reach ${url}, giving up` }] })],
    ['in a URL with odd characters', (logger) => logger.info(`redis://:${secret}/#?@x@host:6379/0 and ${url}`)],
    ['in the message', (logger) => logger.info(`connecting to ${url}`)],
    ['in arguments of the message', (logger) => logger.info('connecting to %s with %o', url, { password: secret })],
    ['in a child logger', (logger) => logger.child({ token: secret, target: url }).info('x')],
    ['in the prefix of a child logger', (logger) => logger.child({}, { msgPrefix: `${url} ` }).info('x')],
    ['in an error, its stack and its causes', (logger) => logger.error({ err: new Error(`no ${url}`, { cause: new Error(url) }) }, 'x')],
    ['in an error by itself', (logger) => logger.error(new Error(`auth failed: password=${secret}`))],
    ['in fields of an error', (logger) => logger.error({ err: Object.assign(new Error('x'), { config: { url, password: secret } }) })],
    ['in a CbcrError', (logger) => logger.error({ err: new CbcrError('store.failed', { region: 'r', operation: 'put', cause: url }) })],
    ['in several errors', (logger) => logger.error({ err: new AggregateError([new Error(url)], 'all failed') })],
    ['in JSON inside text', (logger) => logger.info(`body: ${JSON.stringify({ user: 'x', password: `${secret}"${secret}` })}`)],
    ['in JSON inside JSON inside text', (logger) => logger.info(JSON.stringify({ body: JSON.stringify({ apiKey: `it's ${secret}` }) }))],
    ['in an object as Node prints it', (logger) => logger.info(`{ 'password': '${secret} "${secret}' }`)],
    ['in a command line', (logger) => logger.info({ command: `PGPASSWORD=${secret} pg_dump --password='${secret} ${secret}'` })],
    ['in a query string', (logger) => logger.info({ url: `https://api.test/x?token=${secret}&b=1` })],
    ['as a sealed value', (logger) => logger.info({ text: `sealed:v1:cmVzdG9yZQ.${secret}` })],
    ['as a key', (logger) => logger.info({ [`postgres://u:${secret}@h`]: 1 })],
    ['as a private key', (logger) => logger.info(`-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`)],
    [
      'when the value cannot be written as JSON',
      (logger) => {
        const loop: Record<string, unknown> = { password: secret, target: url };
        loop['self'] = loop;
        logger.info(loop);
      },
    ],
  ])('%s', (_name, use) => {
    const written = capture(use);
    expect(written).not.toBe('');
    expect(written).not.toContain(secret);
  });
});

test('long text without secrets is searched quickly', () => {
  const started = process.hrtime.bigint();
  for (const piece of ['a-', 'a.', 'token', 'x://', 'password="', '-----BEGIN ']) redactText(piece.repeat(20_000 / piece.length));
  expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(2);
});

test('what is no secret stays readable', () => {
  const facts = {
    connection: 'env:SHOP_URL',
    password: null,
    endpoint: 'http://127.0.0.1:9000/bucket',
    mail: 'http://host:8080/people?name=a@b.test',
    database: 'shop on db.internal:5432',
    keyId: 'eu-2027',
    accessKeyId: 'file:/run/secrets/id',
    retries: 3,
  };
  expect(logOne((logger) => logger.info(facts, 'the connection of shop was refused'))).toMatchObject({
    ...facts,
    msg: 'the connection of shop was refused',
  });
  expect(logOne((logger) => logger.info('postgres://shop:x@db/shop'))['msg']).toBe('postgres://shop:***@db/shop');
});

test('an error keeps its code, hint and causes', () => {
  const cause = new Error('connection reset');
  const err = new CbcrError('store.failed', { region: 'berlin', operation: 'put', cause: 'reset' }, { cause });
  expect(logOne((logger) => logger.error({ err }, 'x'))['err']).toMatchObject({
    message: err.message,
    code: 'store.failed',
    hint: err.hint,
    stack: expect.stringContaining('create-logger.test.ts'),
    cause: { message: 'connection reset' },
  });
});

test('a readable log shows time, level, run and message on a line, and passes other text on', () => {
  const output = new PassThrough();
  const readable = createReadableLog({ destination: output, color: false });
  const logger = createLogger({ service: 'worker', level: 'info', destination: readable });
  logger.child({ region: 'berlin', kind: 'backup', instance: 'shop', runId: 'run_1' }).info({ storedBytes: 7 }, 'stored');
  readable.write('plain text of another program\n');
  const text = String(output.read());
  expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: \[worker berlin backup shop run_1\] stored \{"storedBytes":7\}\n/);
  expect(text).toContain('plain text of another program');
});
