/** The main of a real worker process: moves imagined bytes over a link as fast as it may, and tells when it moved them. */
// biome-ignore lint/plugin/system-clock: a main, like that of an app, chooses the clock.
import { systemClock } from '@cbcr/domain';
import { createThrottle, type Throttle } from '../src/index.ts';
import type { FromWorker, ToWorker } from './worker-process-protocol.ts';

const body = Buffer.alloc(32 * 1024 * 1024);
const tell = (message: FromWorker) => process.send?.(message);

async function move(throttle: Throttle, { link, priority = 'backup' }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  const moved: [number, number][] = [];
  const report = async () => {
    for (;;) {
      await systemClock.sleep(100);
      tell({ type: 'moved', moved: moved.splice(0) });
    }
  };
  void report();
  for (;;) {
    for await (const piece of throttle.pace(link, body, { priority })) moved.push([systemClock.now().getTime(), piece.byteLength]);
  }
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'stop') process.disconnect();
  else {
    const throttle = createThrottle({ ...message, clock: systemClock, unheard: { limits: {} } });
    process.once('disconnect', () => throttle.close());
    void move(throttle, message).catch(() => process.exitCode ?? 0);
  }
});
tell({ type: 'ready' });
