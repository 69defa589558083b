import { CbcrError, createIdFactory, type RegionId } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { type Call, type Fault, withFaults } from '../../test/faulty-store.ts';
import { makeSegment } from '../../test/made-segment.ts';
import { createMemoryStore, type MemoryStore } from '../../test/memory-store.ts';
import { createSeededBytes, instance, regionNamed } from '../../test/sample-point.ts';
import { createVirtualClock, type VirtualClock } from '../../test/virtual-clock.ts';
import type { Segment } from '../format/segment.ts';
import { segmentKey } from '../object-keys.ts';
import { createFanOut, type FanOut, type FanOutEvent, type FanOutOptions } from './fan-out.ts';

const point = createIdFactory({ now: () => new Date(1_790_000_000_000) }, createSeededBytes('fan-out')).recoveryPointId();
const segments = Array.from({ length: 20 }, (_, number) => makeSegment(number));
type Plan = (call: Call) => Fault | null;
const fine: Plan = () => null;
const slow =
  (ms: number): Plan =>
  () => ({ kind: 'delay', ms });
const from =
  (first: number, fault: Fault): Plan =>
  ({ index }) =>
    index >= first ? fault : null;

function setUp(plans: Plan[], options: Partial<FanOutOptions> = {}) {
  const clock = createVirtualClock();
  const memory = plans.map((_, index) => createMemoryStore(regionNamed(`region-${index}`)));
  const stores = memory.map((store, index) => withFaults(store, clock, plans[index] ?? fine));
  const events: FanOutEvent[] = [];
  const targets = stores.map((store) => ({ region: store.region, store }));
  const onEvent = (event: FanOutEvent) => void events.push(event);
  const sizes = { windowBytes: 400, uploadsInFlight: 2, lagToleranceMs: 1000 };
  const fanOut = createFanOut({ instance, point, targets, clock, onEvent, ...sizes, ...options });
  return { clock, memory, stores, fanOut, events, detached: () => events.filter((event) => event.type === 'detached') };
}

async function writeAll(fanOut: FanOut, written: readonly Segment[] = segments): Promise<void> {
  for (const segment of written) await fanOut.write(segment);
  await fanOut.finish();
}

const holds = (store: MemoryStore | undefined, segment: Segment) =>
  store?.objects.get(segmentKey(instance, point, segment))?.equals(segment.bytes) === true;
const timeOf = async (clock: VirtualClock, work: Promise<unknown>) => {
  const started = clock.monotonicMs();
  await clock.run(work);
  return clock.monotonicMs() - started;
};
const outcomeOf = (fanOut: FanOut, region: RegionId | undefined) => fanOut.outcomes().find((outcome) => outcome.region === region);

test('every region ends with the same bytes and is complete', async () => {
  const { clock, memory, fanOut } = setUp([fine, slow(5), slow(20)]);
  await clock.run(writeAll(fanOut));
  for (const store of memory) expect(segments.every((segment) => holds(store, segment))).toBe(true);
  for (const outcome of fanOut.outcomes()) {
    expect(outcome).toMatchObject({ state: 'complete', reason: null, storedBytes: 2000 });
    expect(outcome.segments.map(({ number }) => number).sort((a, b) => a - b)).toEqual(segments.map(({ number }) => number));
  }
});

test('a region that fails is detached with the reason, keeps what it has, and costs the others nothing', async () => {
  const { clock, memory, stores, fanOut, detached } = setUp([slow(10), from(3, { kind: 'fail' })]);
  const alone = setUp([slow(10)]);
  expect(await timeOf(clock, writeAll(fanOut))).toBe(await timeOf(alone.clock, writeAll(alone.fanOut)));
  expect(stores[1]?.fired.length).toBeGreaterThan(0);
  expect(detached()).toMatchObject([{ region: 'region-1', reason: { rule: 'store-failed' } }]);
  expect(outcomeOf(fanOut, memory[0]?.region)).toMatchObject({ state: 'complete' });
  const failed = outcomeOf(fanOut, memory[1]?.region);
  expect(failed).toMatchObject({ state: 'detached', error: { code: 'store.unreachable' } });
  expect(failed?.segments.length).toBe(memory[1]?.objects.size);
  expect(failed?.segments.length).toBeGreaterThan(0);
  for (const { number } of failed?.segments ?? []) expect(holds(memory[1], makeSegment(number))).toBe(true);
});

test('a region that stalls delays the capture by its tolerance and no more, and its uploads are really stopped', async () => {
  const { clock, stores, fanOut, detached } = setUp([fine, from(2, { kind: 'stall' })]);
  expect(await timeOf(clock, writeAll(fanOut))).toBe(1000);
  expect(stores[1]?.fired.length).toBeGreaterThan(0);
  expect(detached()).toMatchObject([{ region: 'region-1', reason: { rule: 'too-slow' } }]);
  expect(stores[1]?.running).toBe(0);
  expect(outcomeOf(fanOut, stores[0]?.region)).toMatchObject({ state: 'complete' });
});

test('a region that stalls only with the very last segment is waited for as long as tolerated', async () => {
  const { clock, stores, fanOut } = setUp([fine, from(19, { kind: 'stall' })]);
  expect(await timeOf(clock, writeAll(fanOut))).toBe(1000);
  expect(stores[1]?.fired).toHaveLength(1);
  expect(outcomeOf(fanOut, stores[1]?.region)).toMatchObject({ state: 'detached', reason: { rule: 'too-slow' } });
  expect(outcomeOf(fanOut, stores[1]?.region)?.segments).toHaveLength(19);
});

test('a region that is a little too slow is detached once its waits add up to the tolerance', async () => {
  const { clock, fanOut, detached } = setUp([fine, slow(300)]);
  expect(await timeOf(clock, writeAll(fanOut))).toBe(1000);
  expect(detached()).toHaveLength(1);
});

test('a region that falls behind no further than its window is never waited for', async () => {
  const { clock, fanOut, detached } = setUp([fine, slow(300)], { windowBytes: 2000, uploadsInFlight: 20 });
  const written = (async () => {
    for (const segment of segments) await fanOut.write(segment);
  })();
  expect(await timeOf(clock, written)).toBe(0);
  await clock.run(fanOut.finish());
  expect(detached()).toHaveLength(0);
});

test('when all regions are slow the capture is as fast as they are, and none is blamed', async () => {
  const { clock, fanOut, detached } = setUp([slow(5000), slow(5000)]);
  expect(await timeOf(clock, writeAll(fanOut))).toBe(5000 * (segments.length / 2));
  expect(detached()).toHaveLength(0);
  expect(fanOut.progress().regions.map(({ waitedMs }) => waitedMs)).toEqual([0, 0]);
});

test('as many regions as the minimum demands are never detached for being slow', async () => {
  const { clock, fanOut, detached } = setUp([fine, slow(3000), from(0, { kind: 'stall' })], { minimumAttached: 2 });
  await clock.run(writeAll(fanOut));
  expect(detached()).toMatchObject([{ region: 'region-2' }]);
  expect(fanOut.outcomes().map(({ state }) => state)).toEqual(['complete', 'complete', 'detached']);
});

test('below the minimum the capture goes on while one region is left, and ends when none is', async () => {
  const { clock, fanOut } = setUp([from(8, { kind: 'fail' }), from(2, { kind: 'fail' })], { minimumAttached: 2 });
  const failed = writeAll(fanOut);
  await expect(clock.run(failed)).rejects.toMatchObject({ code: 'placement.none-reachable', cause: { code: 'store.unreachable' } });
  expect(outcomeOf(fanOut, regionNamed('region-0'))?.segments).toHaveLength(8);
  await expect(fanOut.finish()).rejects.toBeInstanceOf(CbcrError);
});

test('an abort ends a blocked write with its reason and resolves when no upload runs any more', async () => {
  for (const by of ['call', 'signal'] as const) {
    const stop = new AbortController();
    const { clock, stores, fanOut } = setUp([from(0, { kind: 'stall' })], { signal: stop.signal });
    const reason = new Error('cancelled');
    const blocked = expect(clock.run(writeAll(fanOut))).rejects.toBe(reason);
    await new Promise((resolve) => setImmediate(resolve));
    expect(stores[0]?.running).toBe(2);
    if (by === 'signal') stop.abort(reason);
    await fanOut.abort(reason);
    expect(stores[0]?.running).toBe(0);
    await blocked;
    await expect(fanOut.write(makeSegment(99))).rejects.toBe(reason);
    expect(fanOut.progress().bufferedBytes).toBe(0);
  }
});

test('an abort waits for an upload that does not listen', async () => {
  const { clock, stores, fanOut } = setUp([from(0, { kind: 'ignore-abort', ms: 500 })]);
  await fanOut.write(makeSegment(0));
  expect(await timeOf(clock, fanOut.abort(new Error('cancelled')))).toBe(500);
  expect(stores[0]?.running).toBe(0);
});

test('writes that overlap are admitted in order', async () => {
  const { clock, stores, fanOut } = setUp([slow(10)], { uploadsInFlight: 1 });
  await clock.run(Promise.all(segments.map((segment) => fanOut.write(segment))));
  await clock.run(fanOut.finish());
  expect(stores[0]?.fired.map(({ call }) => call.key)).toEqual(segments.map((segment) => segmentKey(instance, point, segment)));
});

test('memory goes back to the encoder once, when every region has stored it, and never after an upload that was broken off', async () => {
  const { clock, fanOut } = setUp([slow(5), slow(40)], { windowBytes: 10_000, uploadsInFlight: 20 });
  const whole = makeSegment(0);
  await fanOut.write(whole);
  expect(whole.released).toBe(0);
  await clock.run(fanOut.finish());
  expect(whole.released).toBe(1);

  const broken = setUp([fine, from(0, { kind: 'stall' })]);
  const torn = makeSegment(0);
  await broken.fanOut.write(torn);
  await broken.clock.run(broken.fanOut.finish());
  expect(broken.fanOut.outcomes().map(({ state }) => state)).toEqual(['complete', 'detached']);
  expect(torn.released).toBe(0);
  expect(broken.fanOut.progress().bufferedBytes).toBe(0);
});

test('no region and the same region twice are refused', () => {
  expect(() => setUp([])).toThrow(RangeError);
  const store = createMemoryStore(regionNamed('region-0'));
  const twice = [store, store].map((each) => ({ region: each.region, store: each }));
  expect(() => createFanOut({ instance, point, targets: twice, clock: createVirtualClock() })).toThrow(RangeError);
});
