import { finished } from 'node:stream/promises';
import type { CbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { type Call, type Fault, withFaults } from '../../test/faulty-store.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { collect, createSamplePoint, createSeededBytes, regionNamed, type SamplePoint } from '../../test/sample-point.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import type { GetOptions } from '../blob-store.ts';
import { type ReadStreamOptions, readStream } from './read-stream.ts';
import type { SegmentEvent } from './segment-sources.ts';

type Plan = (call: Call) => Fault | null;
const fine: Plan = () => null;
const onSegment =
  (key: string, fault: Fault): Plan =>
  (call) =>
    call.key === key ? fault : null;
const damage: Fault = { kind: 'change', change: (bytes) => bytes.fill(0xaa, 100, 140) };
const flipByte: Fault = {
  kind: 'change',
  change: (bytes) => {
    bytes.writeUInt8(bytes.readUInt8(300) ^ 1, 300);
    return bytes;
  },
};

function setUp(sample: SamplePoint, plans: Plan[], options: Partial<ReadStreamOptions> = {}) {
  const clock = createVirtualClock();
  const stores = plans.map((plan, index) => {
    const memory = createMemoryStore(regionNamed(`region-${index}`));
    sample.storeIn(memory);
    return Object.assign(withFaults(memory, clock, plan), { memory });
  });
  const events: SegmentEvent[] = [];
  const reading = readStream({
    manifest: sample.encoded.manifest,
    stream: 'dump',
    sources: stores.map((store) => ({ region: store.region, store })),
    dataKey: sample.dataKey,
    clock,
    stallTimeoutMs: 1000,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  const readAll = async () => Buffer.concat(await collect<Buffer>(reading.readable));
  return { clock, stores, events, ...reading, readAll };
}

test('a stream comes back in order from the first source, encrypted or not', async () => {
  for (const encrypted of [true, false]) {
    const sample = await createSamplePoint({ encrypted });
    // Later segments answer first.
    const { clock, readAll, segmentsFrom } = setUp(sample, [({ index }) => ({ kind: 'delay', ms: 100 - index }), fine]);
    expect((await clock.run(readAll())).equals(sample.plaintext['dump'] ?? Buffer.alloc(0))).toBe(true);
    expect([...segmentsFrom]).toEqual([['region-0', sample.segments.length]]);
  }
});

test('segments are read into the memory of those that were delivered, and into no more than are ahead', async () => {
  const sample = await createSamplePoint({ streams: { dump: createSeededBytes('reuse')(60_000) } });
  const used = new Set<ArrayBufferLike>();
  const memory = createMemoryStore(regionNamed('region-0'));
  sample.storeIn(memory);
  const store = {
    ...memory,
    get: async (key: string, options: GetOptions = {}) => {
      const bytes = await memory.get(key, options);
      used.add(bytes.buffer);
      return bytes;
    },
  };
  const { readable } = readStream({
    manifest: sample.encoded.manifest,
    stream: 'dump',
    sources: [{ region: store.region, store }],
    dataKey: sample.dataKey,
    clock: createVirtualClock(),
    concurrency: 1,
  });
  expect(Buffer.concat(await collect<Buffer>(readable)).equals(sample.plaintext['dump'] ?? Buffer.alloc(0))).toBe(true);
  expect(sample.segments.length).toBeGreaterThan(10);
  expect(used.size).toBeLessThanOrEqual(2);
});

test('every stream of a point is read by its name, an empty one as well', async () => {
  const streams = { dump: createSeededBytes('a')(2500), globals: Buffer.alloc(0), roles: Buffer.from('r') };
  const sample = await createSamplePoint({ streams });
  for (const [stream, bytes] of Object.entries(streams)) {
    const { clock, readAll } = setUp(sample, [fine], { stream });
    expect((await clock.run(readAll())).equals(bytes)).toBe(true);
  }
  expect(() => setUp(sample, [fine], { stream: 'other' })).toThrow(RangeError);
});

test('a corrupt segment is reported with region, stream and segment, and comes from the next source', async () => {
  const sample = await createSamplePoint();
  const truncate: Fault = { kind: 'change', change: (bytes) => bytes.subarray(0, -1) };
  for (const fault of [flipByte, damage, truncate]) {
    const { clock, stores, events, readAll, segmentsFrom } = setUp(sample, [
      onSegment(sample.keyOf({ stream: 'dump', number: 2 }), fault),
      fine,
    ]);
    expect((await clock.run(readAll())).equals(sample.plaintext['dump'] ?? Buffer.alloc(0))).toBe(true);
    expect(stores[0]?.fired).toHaveLength(1);
    expect(events).toMatchObject([{ type: 'segment-corrupt', region: 'region-0', stream: 'dump', segment: 2 }]);
    expect(events[0]?.error).toMatchObject({ code: 'format.segment-corrupt', facts: { region: 'region-0', stream: 'dump', segment: 2 } });
    expect([...segmentsFrom]).toEqual([
      ['region-0', sample.segments.length - 1],
      ['region-1', 1],
    ]);
  }
});

test('a region that dies on the way is left, and asked last from then on', async () => {
  const sample = await createSamplePoint();
  const dies: Plan = ({ index }) => (index >= 2 ? { kind: 'fail' } : null);
  const { clock, stores, events, readAll, segmentsFrom } = setUp(sample, [dies, fine], { concurrency: 0 });
  expect((await clock.run(readAll())).equals(sample.plaintext['dump'] ?? Buffer.alloc(0))).toBe(true);
  expect(stores[0]?.fired).toHaveLength(1);
  expect(events).toMatchObject([{ type: 'segment-failed', region: 'region-0' }]);
  expect(Object.fromEntries(segmentsFrom)).toEqual({ 'region-0': 2, 'region-1': sample.segments.length - 2 });
});

test('a region that failed is asked first again after its time of rest', async () => {
  const sample = await createSamplePoint({ streams: { dump: createSeededBytes('rest')(30_000) } });
  const fails: Plan = ({ index }) => (index === 0 ? { kind: 'fail' } : null);
  const slow: Plan = () => ({ kind: 'delay', ms: 100 });
  const { clock, stores, readAll, segmentsFrom } = setUp(sample, [fails, slow], { concurrency: 0, cooldownMs: 250 });
  await clock.run(readAll());
  expect(stores[0]?.fired).toHaveLength(1);
  expect(segmentsFrom.get(regionNamed('region-1'))).toBe(3);
  expect(segmentsFrom.get(regionNamed('region-0'))).toBe(sample.segments.length - 3);
});

test('a source that stalls costs one stall time, and its reads are really stopped', async () => {
  const sample = await createSamplePoint();
  const { clock, stores, events, readAll, segmentsFrom } = setUp(sample, [() => ({ kind: 'stall' }), fine]);
  expect((await clock.run(readAll())).equals(sample.plaintext['dump'] ?? Buffer.alloc(0))).toBe(true);
  expect(clock.monotonicMs()).toBe(1000);
  expect(stores[0]?.fired.length).toBeGreaterThan(0);
  expect(stores[0]?.running).toBe(0);
  expect(events[0]).toMatchObject({ type: 'segment-stalled', region: 'region-0' });
  expect([...segmentsFrom.keys()]).toEqual(['region-1']);
});

test('a source that is only slow still wins when it answers before its rival', async () => {
  const sample = await createSamplePoint();
  const { clock, events, readAll, segmentsFrom } = setUp(sample, [() => ({ kind: 'delay', ms: 1500 }), () => ({ kind: 'stall' })], {
    concurrency: 0,
  });
  expect((await clock.run(readAll())).equals(sample.plaintext['dump'] ?? Buffer.alloc(0))).toBe(true);
  expect(events.some((event) => event.type === 'segment-stalled')).toBe(true);
  expect([...segmentsFrom.keys()]).toEqual(['region-0']);
});

test('a single source is waited for, however slow it is', async () => {
  const sample = await createSamplePoint();
  const { clock, readAll } = setUp(sample, [() => ({ kind: 'delay', ms: 60_000 })]);
  expect((await clock.run(readAll())).equals(sample.plaintext['dump'] ?? Buffer.alloc(0))).toBe(true);
});

test('when no source can give a segment the error says whether waiting may help', async () => {
  const sample = await createSamplePoint();
  const key = sample.keyOf({ stream: 'dump', number: 1 });
  const failureOf = async (plans: Plan[], missingIn: number[] = []) => {
    const { clock, stores, readAll } = setUp(sample, plans);
    for (const index of missingIn) stores[index]?.memory.objects.delete(key);
    return clock.run(readAll()).then(
      () => expect.unreachable(),
      (error: CbcrError) => ({ code: error.code, treatment: error.treatment, region: error.facts['region'] }),
    );
  };
  const corrupt = onSegment(key, flipByte);
  const away = onSegment(key, { kind: 'fail' });
  const damaged = { code: 'format.segment-corrupt', treatment: 'never', region: 'region-0' };
  expect(await failureOf([corrupt])).toEqual(damaged);
  expect(await failureOf([corrupt, corrupt])).toEqual(damaged);
  expect(await failureOf([corrupt, fine], [1])).toEqual(damaged);
  expect(await failureOf([fine, corrupt], [0])).toEqual({ ...damaged, region: 'region-1' });
  expect(await failureOf([corrupt, away])).toMatchObject({ code: 'format.unreadable', treatment: 'outage' });
  expect(await failureOf([away, away])).toMatchObject({ code: 'format.unreadable', treatment: 'outage' });
  expect(await failureOf([away])).toMatchObject({ code: 'store.unreachable' });
  expect(await failureOf([fine], [0])).toMatchObject({ code: 'store.object-missing' });
});

test('an error never looks like the end of the stream', async () => {
  const sample = await createSamplePoint();
  const last = sample.segments.length - 1;
  const { clock, readable } = setUp(sample, [onSegment(sample.keyOf({ stream: 'dump', number: last }), flipByte)]);
  let ended = false;
  readable.on('end', () => {
    ended = true;
  });
  readable.resume();
  await expect(clock.run(finished(readable))).rejects.toMatchObject({ code: 'format.segment-corrupt' });
  expect(ended).toBe(false);
});

test('a stream whose whole does not have the hash of the manifest does not end', async () => {
  const sample = await createSamplePoint({ encrypted: false });
  const stream = sample.encoded.manifest.streams[0];
  const manifest = { ...sample.encoded.manifest, streams: stream === undefined ? [] : [{ ...stream, sha256: 'ab'.repeat(32) }] };
  const { clock, readAll } = setUp(sample, [fine], { manifest });
  await expect(clock.run(readAll())).rejects.toMatchObject({ code: 'format.manifest-corrupt' });
});

test('an encrypted stream is not read without its key', async () => {
  const sample = await createSamplePoint();
  expect(() => setUp(sample, [fine], { dataKey: null })).toThrow(expect.objectContaining({ code: 'key.missing' }));
});

test('no more segments are fetched ahead than allowed', async () => {
  const sample = await createSamplePoint({ streams: { dump: createSeededBytes('ahead')(60_000) } });
  let most = 0;
  const { clock, stores, readable } = setUp(sample, [() => ({ kind: 'delay', ms: 1 })], { concurrency: 3 });
  const consume = async () => {
    for await (const _ of readable) most = Math.max(most, stores[0]?.running ?? 0);
  };
  await clock.run(consume());
  expect(stores[0]?.fired).toHaveLength(sample.segments.length);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(4);
});

test('destroying the stream, or an abort, stops the fetches at once', async () => {
  const sample = await createSamplePoint();
  for (const how of ['destroy', 'abort', 'aborted before'] as const) {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    if (how === 'aborted before') stop.abort(reason);
    const { stores, readable } = setUp(sample, [() => ({ kind: 'stall' })], { signal: stop.signal });
    const ended = finished(readable);
    readable.resume();
    if (how !== 'aborted before') {
      while ((stores[0]?.running ?? 0) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (how === 'destroy') readable.destroy(reason);
    if (how === 'abort') stop.abort(reason);
    await expect(ended).rejects.toBe(reason);
    while ((stores[0]?.running ?? 0) > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(readable.destroyed).toBe(true);
  }
});
