import type { Clock } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createCatalogClock } from './catalog-clock.ts';

const hourMs = 3_600_000;

/** A machine whose time of day is an hour ahead of the server's, and whose sleeps end when the test says so. */
function createMachine() {
  const sleeps: (() => void)[] = [];
  let monotonicMs = 0;
  let aheadMs = hourMs;
  const machine: Clock = {
    now: () => new Date(monotonicMs + aheadMs),
    monotonicMs: () => monotonicMs,
    sleep: (_ms, { signal } = {}) =>
      new Promise((resolve, reject) => {
        sleeps.push(resolve);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  return {
    machine,
    pass: (ms: number) => {
      monotonicMs += ms;
    },
    setBack: () => {
      aheadMs = -hourMs;
    },
    /** Lets the clock ask again. */
    async wake() {
      sleeps.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
    /** The time of the server, which is asked `takesMs` long. */
    ask: (takesMs = 0) => {
      monotonicMs += takesMs / 2;
      const answer = new Date(monotonicMs);
      monotonicMs += takesMs / 2;
      return Promise.resolve(answer);
    },
  };
}

test('it is the machine’s time before the server was asked, and the server’s from then on', async () => {
  const { machine, ask, pass, setBack } = createMachine();
  const clock = createCatalogClock(machine);
  expect(clock.now().getTime()).toBe(hourMs);
  await clock.follow(() => ask(40));
  expect(clock.now().getTime()).toBe(40);
  pass(1_000);
  expect(clock.now().getTime()).toBe(1_040);
  // Somebody sets the machine's clock: nobody notices.
  setBack();
  expect(clock.now().getTime()).toBe(1_040);
  clock.stop();
});

test('it follows a server that another one has taken over from, and goes on while there is none', async () => {
  const { machine, ask, pass, wake } = createMachine();
  const clock = createCatalogClock(machine);
  let answer = () => ask();
  await clock.follow(() => answer());
  answer = () => Promise.reject(new Error('the catalog is away'));
  pass(5_000);
  await wake();
  expect(clock.now().getTime()).toBe(5_000);
  answer = () => Promise.resolve(new Date(7_000));
  pass(1_000);
  await wake();
  expect(clock.now().getTime()).toBe(7_000);
  clock.stop();
});

test('an answer that took long is passed over, unless there is no better one', async () => {
  const { machine, ask, wake } = createMachine();
  const clock = createCatalogClock(machine);
  await clock.follow(() => ask(8_000));
  expect(clock.now().getTime()).toBe(8_000);
  await wake();
  expect(clock.now().getTime()).toBe(16_000);
  clock.stop();
});

test('without a first answer it cannot be followed', async () => {
  const { machine } = createMachine();
  await expect(createCatalogClock(machine).follow(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
});
