/** The main of a real worker process: stores bodies over a link as fast as its limit lets it, several at a time, as runs do. */
import { createHash, randomBytes } from 'node:crypto';
import { withPace } from '@cbcr/blobstore';
import { systemClock } from '@cbcr/domain';
import { createThrottle, limitsSchema } from '@cbcr/throttle';
import type { WorkerOrder } from './crew.ts';
import { link, openSinkStore } from './open-store.ts';
import { writePrefix } from './sink-protocol.ts';

const bodiesAtOnce = 3;

async function move({ endpoint, redisUrl, namespace, worker, bodyBytes }: WorkerOrder): Promise<void> {
  const throttle = createThrottle({
    redisUrl,
    clock: systemClock,
    workerId: `worker-${worker}`,
    namespace,
    unheard: { limits: limitsSchema.parse({ links: { '*': 'paused' } }) },
  });
  const bare = await openSinkStore(endpoint);
  await bare.probe();
  const store = withPace(bare, (body, signal) => throttle.pace(link, body, { priority: 'backup', signal }));
  const body = randomBytes(bodyBytes);
  const sha256 = createHash('sha256').update(body).digest('hex');
  let number = 0;
  const moveOn = async (): Promise<never> => {
    for (;;) await store.put(`${writePrefix}${worker}/${number++}`, body, { sha256, ifAbsent: true });
  };
  process.on('message', () => {
    for (let i = 0; i < bodiesAtOnce; i++) void moveOn();
  });
  process.send?.('ready');
}

process.once('message', (order: WorkerOrder) => void move(order));
