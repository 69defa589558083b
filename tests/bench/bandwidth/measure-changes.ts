import { systemClock } from '@cbcr/domain';
import type { Rate } from '@cbcr/throttle';
import { stretches, timelineOf } from './arrival-figures.ts';
import type { Bench } from './bench.ts';
import { gatherCrew } from './crew.ts';

export interface ChangeFigures {
  readonly workers: number;
  /** From the call that publishes to the last byte of the old rate, in ms; the worst of all rounds. */
  readonly pauseMs: number;
  /** To the first byte after a pause. */
  readonly resumeMs: number;
  /** To the first half second with 0.9 of the new rate. */
  readonly raiseMs: number;
  /** To the moment from which on every half second stays below 1.2 of the new rate. */
  readonly lowerMs: number;
  /** The same, for an end of no limit. */
  readonly limitMs: number;
}

const rounds = 2;
const settleMs = 2_500;
const stretchMs = 500;

export async function measureChanges(bench: Bench, workers: number, bytesPerSecond: number): Promise<ChangeFigures> {
  const { sink } = bench;
  const { namespace, change, close } = await bench.publish(bytesPerSecond);
  const bodyBytes = 8 << 20;
  const crew = await gatherCrew(workers, { endpoint: sink.endpoint, redisUrl: bench.redisUrl, namespace, bodyBytes });
  /** What arrived in the time after the change, and when that was made. */
  const observe = async (rate: Rate) => {
    sink.forget();
    const askedMs = systemClock.now().getTime();
    await change(rate);
    await systemClock.sleep(settleMs);
    return { askedMs, line: timelineOf(await sink.tell()) };
  };
  const last = ({ askedMs, line }: Awaited<ReturnType<typeof observe>>) =>
    line.bytes.length === 0 ? 0 : line.fromMs + line.bytes.length - askedMs;
  const first = ({ askedMs, line }: Awaited<ReturnType<typeof observe>>) => line.fromMs - askedMs;
  const until = ({ askedMs, line }: Awaited<ReturnType<typeof observe>>, isNew: (rate: number) => boolean, which: 'first' | 'last') => {
    const sums = [...stretches(line, stretchMs)].map((bytes) => isNew((bytes * 1000) / stretchMs));
    const at = which === 'first' ? sums.indexOf(true) : sums.lastIndexOf(false) + 1;
    return at < 0 ? Number.POSITIVE_INFINITY : line.fromMs + at - askedMs;
  };
  const worst = { pauseMs: 0, resumeMs: 0, raiseMs: 0, lowerMs: 0, limitMs: 0 };
  const note = (name: keyof typeof worst, ms: number) => {
    worst[name] = Math.max(worst[name], ms);
  };
  try {
    crew.start();
    await systemClock.sleep(settleMs);
    for (let round = 0; round < rounds; round++) {
      const low = bytesPerSecond / 4;
      note(
        'lowerMs',
        until(await observe(low), (rate) => rate <= low * 1.2, 'last'),
      );
      note(
        'raiseMs',
        until(await observe(bytesPerSecond), (rate) => rate >= bytesPerSecond * 0.9, 'first'),
      );
      note('pauseMs', last(await observe('paused')));
      note('resumeMs', first(await observe(bytesPerSecond)));
      await observe('unlimited');
      note(
        'limitMs',
        until(await observe(bytesPerSecond), (rate) => rate <= bytesPerSecond * 1.2, 'last'),
      );
    }
    return { workers, ...worst };
  } finally {
    await crew.stop();
    close();
  }
}
