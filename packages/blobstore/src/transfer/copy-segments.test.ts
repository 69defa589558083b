import { CbcrError } from '@cbcr/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Call, type Fault, withFaults } from '../../test/faulty-store.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { createSamplePoint, createSeededBytes, instance, regionNamed, type SamplePoint } from '../../test/sample-point.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import type { BlobStore } from '../blob-store.ts';
import { manifestKey } from '../object-keys.ts';
import { verifyCopy } from '../reader/verify-copy.ts';
import { type CopySegmentsOptions, copySegments } from './copy-segments.ts';
import { putManifest, readManifest } from './manifest-object.ts';

const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
const streams = { dump: createSeededBytes('dump')(10_500), globals: createSeededBytes('globals')(4000) };
type Plan = (call: Call) => Fault | null;
const fine: Plan = () => null;

function setUp(sample: SamplePoint, sourcePlans: Plan[], targetPlan: Plan = fine) {
  const clock = createVirtualClock();
  const sources = sourcePlans.map((plan, index) => {
    const memory = createMemoryStore(regionNamed(`region-${index}`));
    sample.storeIn(memory);
    return { region: memory.region, memory, store: withFaults(memory, clock, plan) };
  });
  const memory = createMemoryStore(regionNamed('target'));
  const target = { region: memory.region, memory, store: withFaults(memory, clock, targetPlan) };
  const { manifest } = sample.encoded;
  const copy = (options: Partial<CopySegmentsOptions> = {}) => clock.run(copySegments({ manifest, sources, target, clock, ...options }));
  const verify = () =>
    verifyCopy({ manifest, copy: { region: memory.region, store: memory }, dataKey: sample.dataKey, clock: createVirtualClock() });
  return { clock, sources, target, copy, verify };
}

test('every segment arrives byte for byte, without any key, and a second time nothing moves', async () => {
  const sample = await createSamplePoint({ streams });
  const { storedBytes } = sample.encoded.manifest.totals;
  const { copy, verify } = setUp(sample, [fine, fine]);
  const first = await copy();
  expect(first).toMatchObject({ movedBytes: storedBytes, presentBytes: 0, totalBytes: storedBytes, replacedSegments: 0 });
  expect([...first.segmentsFrom]).toEqual([['region-0', sample.segments.length]]);
  expect(await verify()).toEqual(sample.encoded.manifest.totals);
  expect(await copy()).toMatchObject({ movedBytes: 0, presentBytes: storedBytes, totalBytes: storedBytes });
});

test('only what is missing is fetched', async () => {
  const sample = await createSamplePoint({ streams });
  const { copy, target, sources } = setUp(sample, [() => ({ kind: 'delay', ms: 1 })]);
  for (const segment of sample.segments.slice(0, 3)) target.memory.objects.set(sample.keyOf(segment), Buffer.from(segment.bytes));
  const { presentBytes } = await copy();
  expect(presentBytes).toBe(sample.segments.slice(0, 3).reduce((sum, segment) => sum + segment.bytes.length, 0));
  expect(sources[0]?.store.fired.map(({ call }) => call.key)).toEqual(sample.segments.slice(3).map(sample.keyOf));
});

test('what is there but damaged does not count: it is replaced, once the right bytes are at hand', async () => {
  const sample = await createSamplePoint({ streams });
  const { copy, target, verify } = setUp(sample, [fine]);
  const [flipped, cut] = sample.segments;
  if (flipped === undefined || cut === undefined) throw new Error('no segments');
  target.memory.objects.set(sample.keyOf(flipped), Buffer.from(flipped.bytes).fill(1, 200, 210));
  target.memory.objects.set(sample.keyOf(cut), Buffer.from(cut.bytes).subarray(1));
  expect(await copy()).toMatchObject({ replacedSegments: 2, presentBytes: 0 });
  expect(await verify()).toEqual(sample.encoded.manifest.totals);

  const nowhere = setUp(sample, [() => ({ kind: 'fail' })]);
  nowhere.target.memory.objects.set(sample.keyOf(cut), Buffer.from(cut.bytes).subarray(1));
  await expect(nowhere.copy()).rejects.toMatchObject({ code: 'store.unreachable' });
  expect(nowhere.target.memory.objects.size).toBe(1);
});

test('nothing is ever deleted in the target, whatever is wrong with what it holds', async () => {
  const sample = await createSamplePoint({ streams });
  const { copy, target, verify } = setUp(sample, [fine], ({ operation }) => (operation === 'delete' ? { kind: 'fail' } : null));
  const damages = [(bytes: Buffer) => bytes.fill(1, 200, 210), (bytes: Buffer) => bytes.subarray(1), () => Buffer.alloc(0)];
  for (const [index, segment] of sample.segments.entries()) {
    const damage = damages[index % damages.length];
    if (damage !== undefined) target.memory.objects.set(sample.keyOf(segment), damage(Buffer.from(segment.bytes)));
  }
  expect(await copy()).toMatchObject({ replacedSegments: sample.segments.length });
  expect(await verify()).toEqual(sample.encoded.manifest.totals);
  expect(target.store.fired).toEqual([]);
});

test('what a stale attempt sent to mend a segment may arrive after a newer one has mended and verified it: nothing changes', async () => {
  const sample = await createSamplePoint({ streams });
  const { copy, target, verify } = setUp(sample, [fine]);
  const [damaged] = sample.segments;
  if (damaged === undefined) throw new Error('no segments');
  target.memory.objects.set(sample.keyOf(damaged), Buffer.from(damaged.bytes).fill(1, 200, 210));
  /** Everything that the stale attempt sends, and that the network holds back until it is given up. */
  const held: (() => Promise<void>)[] = [];
  const lose = async (send: () => Promise<void>) => {
    held.push(send);
    throw new CbcrError('store.unreachable', { region: target.region, cause: 'planted: held in the network' });
  };
  const store: BlobStore = {
    ...target.memory,
    put: (key, body, { signal: _, ...options }) => lose(() => target.memory.put(key, Buffer.from(body), options)),
    delete: (key) => lose(() => target.memory.delete(key)),
  };
  await expect(copy({ target: { region: target.region, store }, concurrency: 1 })).rejects.toMatchObject({ code: 'store.unreachable' });
  expect(await copy()).toMatchObject({ replacedSegments: 1 });
  expect(await verify()).toEqual(sample.encoded.manifest.totals);

  expect(held).toHaveLength(1);
  for (const arrive of held) await arrive();
  expect(await verify()).toEqual(sample.encoded.manifest.totals);
});

test('a corrupt source is never copied: the next one is asked, or it fails and names the source', async () => {
  const sample = await createSamplePoint({ streams });
  const key = sample.keyOf({ stream: 'globals', number: 0 });
  const corrupt: Plan = (call) => (call.key === key ? { kind: 'change', change: (bytes) => bytes.fill(9, 99, 120) } : null);
  const helped = setUp(sample, [corrupt, fine]);
  expect((await helped.copy()).segmentsFrom.get(regionNamed('region-1'))).toBe(1);
  expect(await helped.verify()).toEqual(sample.encoded.manifest.totals);

  const alone = setUp(sample, [corrupt]);
  await expect(alone.copy()).rejects.toMatchObject({
    code: 'format.segment-corrupt',
    facts: { region: 'region-0', stream: 'globals', segment: 0 },
  });
  expect(alone.sources[0]?.store.fired).toHaveLength(1);
  expect(alone.target.memory.objects.has(key)).toBe(false);
});

test('an abort stops reads and writes', async () => {
  const sample = await createSamplePoint({ streams });
  const stop = new AbortController();
  const reason = new Error('cancelled');
  const { copy, target } = setUp(sample, [fine], ({ index }) => (index >= 2 ? { kind: 'stall' } : null));
  const work = copy({ signal: stop.signal, concurrency: 2 });
  while (target.store.running < 2) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(reason);
  await expect(work).rejects.toBe(reason);
  expect(target.store.running).toBe(0);
});

test(`after any number of broken attempts the copy is whole, and no durable segment moved twice (seed ${seed})`, async () => {
  const sample = await createSamplePoint({ streams });
  const attempts = fc.record({ failures: fc.array(fc.nat(30), { maxLength: 12 }), concurrency: fc.integer({ min: 1, max: 5 }) });
  let broken = 0;
  await fc.assert(
    fc.asyncProperty(attempts, async ({ failures, concurrency }) => {
      const failing = new Set(failures);
      const plan: Plan = ({ operation, index }) =>
        operation === 'put' && failing.has(index) ? { kind: 'fail' } : { kind: 'delay', ms: 1 + (index % 3) };
      const { copy, target, verify } = setUp(sample, [fine], plan);
      for (;;) {
        try {
          await copy({ concurrency });
          break;
        } catch (error) {
          expect(error).toMatchObject({ code: 'store.unreachable', facts: { region: 'target' } });
          broken += 1;
        }
      }
      expect(await verify()).toEqual(sample.encoded.manifest.totals);
      const stored = target.store.fired.filter(({ call, fault }) => call.operation === 'put' && fault.kind === 'delay');
      // A put that was under way when another failed is broken off, so some keys may have been tried again; none was written twice.
      expect(new Set(stored.map(({ call }) => call.key)).size).toBe(sample.segments.length);
      expect(target.store.fired.every(({ call }) => call.operation !== 'delete')).toBe(true);
    }),
    { seed, numRuns: 60 },
  );
  expect(broken).toBeGreaterThan(10);
});

test('the same manifest twice is success, another one is refused and changes nothing', async () => {
  const sample = await createSamplePoint();
  const other = await createSamplePoint({ streams });
  expect(other.point).toBe(sample.point);
  const store = createMemoryStore(regionNamed('target'));
  const at = { instance, point: sample.point };
  await expect(readManifest(store, { ...at, keys: sample.keys })).rejects.toMatchObject({ code: 'store.object-missing' });
  await putManifest(store, sample.encoded.bytes, at);
  await putManifest(store, sample.encoded.bytes, at);
  await expect(putManifest(store, other.encoded.bytes, at)).rejects.toMatchObject({ code: 'store.object-exists' });
  const read = await readManifest(store, { ...at, keys: sample.keys, expectedSha256: sample.encoded.sha256 });
  expect(read.manifest).toEqual(sample.encoded.manifest);
  expect(Buffer.from(read.bytes).equals(sample.encoded.bytes)).toBe(true);
});

test('a damaged manifest is replaced by who knows the hash of the right one, and by nobody else', async () => {
  const sample = await createSamplePoint();
  const { bytes, sha256 } = sample.encoded;
  const other = await createSamplePoint({ streams });
  const key = manifestKey(instance, sample.point);
  const at = { instance, point: sample.point };
  for (const damaged of [Buffer.from(bytes).fill(1, 50, 60), Buffer.from(bytes).subarray(0, 100), Buffer.alloc(0)]) {
    const store = createMemoryStore(regionNamed('target'));
    store.objects.set(key, damaged);
    // Unknown; and known, where it is the bytes to write that are not the point's manifest.
    for (const options of [at, { ...at, expectedSha256: other.encoded.sha256 }]) {
      await expect(putManifest(store, bytes, options)).rejects.toMatchObject({ code: 'store.object-exists' });
      expect(store.objects.get(key)).toEqual(damaged);
    }
    await putManifest(store, bytes, { ...at, expectedSha256: sha256 });
    expect(store.objects.get(key)?.equals(bytes)).toBe(true);
    await expect(putManifest(store, other.encoded.bytes, { ...at, expectedSha256: sha256 })).rejects.toMatchObject({
      code: 'store.object-exists',
    });
    expect(store.objects.get(key)?.equals(bytes)).toBe(true);
  }
});
