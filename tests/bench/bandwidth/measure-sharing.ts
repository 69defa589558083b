import { systemClock } from '@cbcr/domain';
import { jainIndex, stretches, timelineOf } from './arrival-figures.ts';
import type { Bench } from './bench.ts';
import { gatherCrew } from './crew.ts';

export interface SharingFigures {
  readonly workers: number;
  readonly bytesPerSecond: number;
  /** Of all stretches of 10 s from the first byte on, the one that is farthest from the rate; 0.02 is 2 % too much. */
  readonly worstTenSeconds: number;
  /** The fullest second beside the rate, start included. */
  readonly busiestSecond: number;
  /** The fullest of the first three seconds beside the rate. */
  readonly busiestSecondOfStart: number;
  readonly fairness: number;
}

const observedMs = 15_000;

/** Workers that all want as much as they can get, on one link. */
export async function measureSharing(bench: Bench, workers: number, bytesPerSecond: number): Promise<SharingFigures> {
  const { sink } = bench;
  const { namespace, close } = await bench.publish(bytesPerSecond);
  // A body takes a worker about two seconds: they begin and end all the time.
  const bodyBytes = Math.min(32 << 20, Math.max(1 << 20, Math.floor((2 * bytesPerSecond) / workers / 3)));
  const crew = await gatherCrew(workers, { endpoint: sink.endpoint, redisUrl: bench.redisUrl, namespace, bodyBytes });
  try {
    sink.forget();
    crew.start();
    await systemClock.sleep(observedMs);
    const arrivals = await sink.tell();
    const line = timelineOf(arrivals);
    const [tens, seconds] = [stretches(line, 10_000), stretches(line, 1_000)];
    const errors = tens.map((bytes) => bytes / 10 / bytesPerSecond - 1);
    return {
      workers,
      bytesPerSecond,
      worstTenSeconds: errors.reduce((worst, error) => (Math.abs(error) > Math.abs(worst) ? error : worst), 0),
      busiestSecond: most(seconds) / bytesPerSecond,
      busiestSecondOfStart: most(seconds.subarray(0, 2_000)) / bytesPerSecond,
      fairness: jainIndex(arrivals, workers),
    };
  } finally {
    await crew.stop();
    close();
  }
}

const most = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0);
