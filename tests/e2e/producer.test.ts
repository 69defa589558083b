import { readFile } from 'node:fs/promises';
import { createQueueProducer, type EnqueuedRequest, type QueueProducer } from '@cbcr/client/queue';
import { instanceIdSchema, keyPrefixOf, queueNameOf, type RegionId, regionIdSchema, requestIdSchema, systemClock } from '@cbcr/domain';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { installProducerService, type ProducerService, typecheckService } from './producer-service.ts';
import { startStack, type TestStack } from './stack.ts';

/** Another service asks for work, over HTTP and through a queue: a key or request id is one run, whatever dies meanwhile. */
describe('a producer outside the workspace', () => {
  let stack: TestStack;
  let service: ProducerService;
  let queue: QueueProducer;
  let redis: Redis;
  let home: RegionId;

  beforeAll(async () => {
    const started = startStack({ megabytes: 2 }).then((up) => {
      stack = up;
    });
    const [installed] = await Promise.all([installProducerService(), started]);
    home = regionIdSchema.parse(stack.regions[0]);
    const { url, token, redisUrl } = stack.file;
    service = installed.with({ CBCR_URL: url, CBCR_TOKEN: token, REDIS_URL: redisUrl, INSTANCE: 'shop', HOME_REGION: home });
    queue = createQueueProducer({ redisUrl });
    redis = new Redis(redisUrl, { retryStrategy: () => 200, maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
  });
  afterAll(async () => {
    await queue?.close();
    redis?.disconnect();
    await service?.remove();
    await stack?.down();
  });

  const backups = () => stack.client.listRuns({ instance: 'shop', kind: 'backup' });
  async function withQueue<Value>(kind: string, region: RegionId, use: (raw: Queue) => Promise<Value>): Promise<Value> {
    const raw = new Queue(queueNameOf(kind, region), { connection: redis, prefix: keyPrefixOf(region) });
    try {
      return await use(raw);
    } finally {
      await raw.close();
    }
  }
  /** What a producer of any version may put into the queue by hand. */
  async function enqueueBackupByHand(requestId: string, data: object): Promise<EnqueuedRequest> {
    await withQueue('backup', home, (raw) => raw.add('backup', data, { jobId: `request-${requestId}` }));
    const request = { kind: 'backup' as const, instance: instanceIdSchema.parse('shop') };
    return { requestId: requestIdSchema.parse(requestId), region: home, request };
  }
  /** The worker of the home region fetches nothing while `work` goes on. */
  async function withStoppedWorker(work: () => Promise<void>): Promise<void> {
    const worker = await stack.pidOf(`worker-${home}`);
    process.kill(worker, 'SIGSTOP');
    try {
      await work();
    } finally {
      process.kill(worker, 'SIGCONT');
    }
  }

  test('is compiled against the declarations in the tarball', async () => {
    await typecheckService(service.folder);
  });

  test('gets one run for a repeated idempotency key over HTTP', async () => {
    const answers = await Promise.all(['http-1', 'http-1'].map((key) => service.start('http', key).answer()));
    expect(answers[0]).toMatchObject({ state: 'succeeded', point: expect.stringMatching(/^rp_/) });
    expect(answers[1]).toEqual(answers[0]);
    expect(await backups()).toHaveLength(1);
  });

  test('gets one run for a repeated request id through the queue', async () => {
    const before = await backups();
    const answers = await Promise.all(['queue-1', 'queue-1'].map((key) => service.start('queue', key).answer()));
    expect(answers[0]).toMatchObject({ state: 'succeeded' });
    expect(answers[1]).toEqual(answers[0]);
    const again = await service.start('queue', 'queue-1').answer();
    expect(again).toEqual(answers[0]);
    expect(await backups()).toHaveLength(before.length + 1);
  });

  test('survives a Redis that forgets its request, dies and comes back', async () => {
    const before = await backups();
    let waiting: ReturnType<ProducerService['start']> | undefined;
    await withStoppedWorker(async () => {
      waiting = service.start('queue', 'queue-2');
      await waiting.untilItSays('request queue-2 is enqueued');
      await redis.flushall();
      process.kill(await stack.pidOf('redis'), 'SIGKILL');
      await stack.cbcr.json('dev', 'up');
    });
    expect(await waiting?.answer()).toMatchObject({ state: 'succeeded' });
    expect(await backups()).toHaveLength(before.length + 1);
  });

  test('needs no scheduler to have its work done', async () => {
    process.kill(await stack.pidOf('scheduler'), 'SIGKILL');
    const asked = await queue.enqueueBackup({ instance: 'shop', home, requestId: 'without-scheduler' });
    const run = await queue.waitForAcceptance(asked, { timeoutMs: 60_000 });
    await eventually(`the wake-up call of ${run} is done with`, () =>
      withQueue('backup', home, async (raw) => (await raw.getJobState(run)) === 'unknown'),
    );
    const backAt = systemClock.now().toISOString();
    await stack.cbcr.json('dev', 'up');
    const ended = await stack.client.waitForRun(run);
    expect(ended).toMatchObject({ state: 'succeeded', requestedBy: 'queue' });
    expect(String(ended.finishedAt) < backAt).toBe(true);
  });

  test('takes back what no worker has, and cancels what is a run', async () => {
    const before = await backups();
    await withStoppedWorker(async () => {
      const asked = await queue.enqueueBackup({ instance: 'shop', home, requestId: 'withdrawn' });
      expect(await queue.withdraw(asked)).toBe(true);
      const { id } = await stack.client.startBackup({ instance: 'shop' });
      await stack.client.cancelRun(id);
      expect(await stack.client.waitForRun(id)).toMatchObject({ state: 'cancelled', error: { code: 'run.cancelled' } });
    });
    expect(await backups()).toHaveLength(before.length + 1);
  });

  test('asks for copies and verifications in the region where they belong', async () => {
    const [newest] = await stack.client.listPoints({ instance: 'shop' });
    const [, second = ''] = stack.regions;
    const point = String(newest?.id);
    const asked = [
      await queue.enqueueReplicate({ point, to: second, requestId: 'copy-1' }),
      await queue.enqueueVerify({ point, region: second, requestId: 'verify-1' }),
    ];
    for (const one of asked) {
      const run = await stack.client.waitForRun(await queue.waitForAcceptance(one));
      expect(run).toMatchObject({ state: 'succeeded', kind: one.request.kind, region: second, point });
    }
    const verified = await stack.cbcr.json('verify', point, '--region', second, '--wait', '--idempotency-key', 'verify-2');
    expect(verified).toMatchObject({ state: 'succeeded', kind: 'verify', requestedBy: 'api' });
    const copied = await stack.cbcr.json('replicate', point, '--to', second, '--wait');
    expect(copied).toMatchObject({ state: 'succeeded', kind: 'replicate', requestedBy: 'api' });
  });

  describe('with a payload', () => {
    test('of the first version is understood as it was published', async () => {
      const data = { v: 1, requestId: 'frozen', request: { kind: 'backup', instance: 'shop' } };
      const run = await queue.waitForAcceptance(await enqueueBackupByHand('frozen', data));
      expect(await stack.client.waitForRun(run)).toMatchObject({ state: 'succeeded', kind: 'backup' });
    });

    test('of a newer version is refused with both versions', async () => {
      const before = await backups();
      const asked = await enqueueBackupByHand('newer', { v: 2, requestId: 'newer', request: { kind: 'backup', instance: 'shop' } });
      await expect(queue.waitForAcceptance(asked)).rejects.toMatchObject({
        name: 'RequestRefusedError',
        code: 'run.payload-invalid',
        message: expect.stringContaining('its version is 2, this worker knows 1'),
      });
      expect(await backups()).toHaveLength(before.length);
    });
  });

  describe('is refused', () => {
    const refusal = async (asked: Promise<EnqueuedRequest>) => queue.waitForAcceptance(await asked, { timeoutMs: 60_000 });

    test('a restore into a region that the policy forbids', async () => {
      const [, , uk = ''] = stack.regions;
      const text = `${await readFile(stack.file.configFile, 'utf8')}  eu-only:\n    placement: { copies: 2, jurisdictions: [EU] }\n`;
      await stack.client.applyConfig({ file: 'cbcr.yaml', text });
      const instance = { id: 'private', engine: 'postgres', home, policy: 'eu-only', connection: stack.file.customerConnection };
      await stack.client.addInstance(instance);
      const target = 'env:RESTORE_TARGET';
      await expect(refusal(queue.enqueueRestore({ instance: 'private', to: uk, target, requestId: 'forbidden' }))).rejects.toMatchObject({
        code: 'placement.region-forbidden',
      });
    });

    test('a target with a password, by the client already, and by the worker, which removes it from the queue', async () => {
      const target = 'postgres://owner:hunter2@db.example.com/shop';
      const asked = queue.enqueueRestore({ instance: 'shop', to: home, target, requestId: 'password' });
      await expect(asked).rejects.toMatchObject({ name: 'QueueError', code: 'request.target-not-reference' });
      await withQueue('restore', home, async (raw) => {
        const request = { kind: 'restore', instance: 'shop', to: home, target };
        await raw.add('restore', { v: 1, requestId: 'by-hand', request }, { jobId: 'request-by-hand' });
        const job = await eventually('it is refused', async () => {
          const found = await raw.getJob('request-by-hand');
          return (await found?.isFailed()) && (await raw.getJob('request-by-hand'));
        });
        expect(job.failedReason).toMatch(/^request\.target-not-reference: /);
        expect(JSON.stringify([job.data, job.failedReason, job.stacktrace])).not.toContain('hunter2');
      });
    });

    test('a backup in another region than the home of its instance', async () => {
      const [, second = ''] = stack.regions;
      await expect(refusal(queue.enqueueBackup({ instance: 'shop', home: second, requestId: 'elsewhere' }))).rejects.toMatchObject({
        code: 'request.wrong-queue',
        message: expect.stringContaining(home),
      });
    });

    test('an instance that nobody knows; and the same request id is free for the corrected request', async () => {
      const unknown = queue.enqueueBackup({ instance: 'shpo', home, requestId: 'typo' });
      await expect(refusal(unknown)).rejects.toMatchObject({ code: 'instance.not-found' });
      const run = await refusal(queue.enqueueBackup({ instance: 'shop', home, requestId: 'typo' }));
      expect(await stack.client.waitForRun(run)).toMatchObject({ state: 'succeeded' });
    });

    test('an idempotency key that stands for something else', async () => {
      const again = stack.client.startBackup({ instance: 'private' }, { idempotencyKey: 'http-1' });
      await expect(again).rejects.toMatchObject({ code: 'request.reused', status: 409 });
    });
  });
});
