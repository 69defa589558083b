/**
 * Backs an instance up and says when it is done, as a deployment would before it migrates a database.
 *
 *   node main.ts http KEY         asks the scheduler; the idempotency key makes a repeated call the same backup
 *   node main.ts queue KEY        asks a worker of the home region through its queue, also while the scheduler is away
 */
import { ApiError, createClient } from '@cbcr/client';
import { createQueueProducer, QueueError, RequestRefusedError } from '@cbcr/client/queue';

const settings = {
  url: setting('CBCR_URL'),
  token: setting('CBCR_TOKEN'),
  redisUrl: setting('REDIS_URL'),
  instance: setting('INSTANCE'),
  home: setting('HOME_REGION'),
};
const cbcr = createClient(settings);
const ways = { http: askOverHttp, queue: askThroughQueue };

async function askOverHttp(key: string): Promise<string> {
  const run = await cbcr.startBackup({ instance: settings.instance }, { idempotencyKey: key });
  return run.id;
}

async function askThroughQueue(key: string): Promise<string> {
  const queue = createQueueProducer({ redisUrl: settings.redisUrl });
  try {
    const asked = await queue.enqueueBackup({ instance: settings.instance, home: settings.home, requestId: key });
    say(`request ${key} is enqueued`);
    return await queue.waitForAcceptance(asked, { timeoutMs: 120_000 });
  } finally {
    await queue.close();
  }
}

async function main([way = '', key = '']: string[]): Promise<void> {
  const ask = way === 'http' || way === 'queue' ? ways[way] : undefined;
  if (ask === undefined || key === '') throw new Error('usage: node main.ts http|queue KEY');
  const id = await ask(key);
  say(`request ${key} is run ${id}`);
  const { state, point, error } = await cbcr.waitForRun(id, {
    timeoutMs: 120_000,
    onProgress: ({ state, progress }) => say(`${state} ${progress?.phase ?? ''} ${progress?.doneBytes ?? 0} bytes`),
  });
  process.stdout.write(`${JSON.stringify({ run: id, state, point, error })}\n`);
  if (state !== 'succeeded') process.exitCode = 1;
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof ApiError || error instanceof QueueError || error instanceof RequestRefusedError;
  process.stderr.write(known ? `${error.code}: ${error.message}\n` : `${String(error)}\n`);
  process.exitCode = 2;
}
