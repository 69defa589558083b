import { type ConnectionOptions, Worker } from 'bullmq';
import { noOpKinds } from './no-op-kind.ts';

interface RawOrder {
  name: string;
  connection: ConnectionOptions;
  count: number;
}

process.once('message', ({ name, connection, count }: RawOrder) => {
  let done = 0;
  const worker = new Worker(name, async () => undefined, { connection, concurrency: noOpKinds.noop.concurrency });
  worker.on('error', () => undefined);
  worker.on('completed', () => {
    done += 1;
    if (done === count) process.send?.('done');
  });
  process.once('disconnect', () => void worker.close());
  void worker.waitUntilReady().then(() => process.send?.('ready'));
});
