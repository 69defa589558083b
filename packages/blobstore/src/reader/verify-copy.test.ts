import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { createSamplePoint, createSeededBytes, regionNamed, type SamplePoint } from '../../test/sample-point.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import { verifyCopy } from './verify-copy.ts';

const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
const streams = { dump: createSeededBytes('dump')(10_500), globals: createSeededBytes('globals')(4000) };

function storeCopy(sample: SamplePoint) {
  const memory = createMemoryStore(regionNamed('region-a'));
  sample.storeIn(memory);
  return memory;
}

const verify = (sample: SamplePoint, store: ReturnType<typeof storeCopy>) =>
  verifyCopy({
    manifest: sample.encoded.manifest,
    copy: { region: store.region, store },
    dataKey: sample.dataKey,
    clock: createVirtualClock(),
  });

test('a whole copy is counted to the last byte', async () => {
  for (const encrypted of [true, false]) {
    const sample = await createSamplePoint({ encrypted, streams });
    expect(await verify(sample, storeCopy(sample))).toEqual(sample.encoded.manifest.totals);
  }
});

test(`any change of any segment is found and named: bits, cuts, growth, exchange, loss (seed ${seed})`, async () => {
  const samples = [await createSamplePoint({ encrypted: true, streams }), await createSamplePoint({ encrypted: false, streams })];
  const older = [
    await createSamplePoint({ encrypted: true, streams, seed: 2 }),
    await createSamplePoint({ encrypted: false, streams, seed: 2 }),
  ];
  const damages = fc.constantFrom('flip', 'cut', 'grow', 'exchange', 'replay', 'lose');
  const cases = fc.record({ which: fc.nat(1), segment: fc.nat(1000), other: fc.nat(1000), position: fc.nat(1 << 20), damage: damages });
  await fc.assert(
    fc.asyncProperty(cases, async ({ which, segment, other, position, damage }) => {
      const sample = samples[which];
      if (sample === undefined) throw new Error('no sample');
      const victim = sample.segments[segment % sample.segments.length];
      const stranger = sample.segments[other % sample.segments.length];
      const earlier = older[which]?.segments[segment % sample.segments.length];
      if (victim === undefined || stranger === undefined || earlier === undefined) throw new Error('no sample');
      fc.pre(damage !== 'exchange' || victim !== stranger);
      const store = storeCopy(sample);
      const key = sample.keyOf(victim);
      const bytes = Buffer.from(victim.bytes);
      const at = position % bytes.length;
      if (damage === 'flip') bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (position % 8)), at);
      if (damage === 'lose') store.objects.delete(key);
      else if (damage === 'cut') store.objects.set(key, bytes.subarray(0, at));
      else if (damage === 'grow') store.objects.set(key, Buffer.concat([bytes, bytes.subarray(0, at + 1)]));
      else if (damage === 'exchange') store.objects.set(key, Buffer.from(stranger.bytes));
      else if (damage === 'replay') store.objects.set(key, Buffer.from(earlier.bytes));
      else store.objects.set(key, bytes);
      const facts = damage === 'lose' ? { region: 'region-a', key } : { region: 'region-a', stream: victim.stream, segment: victim.number };
      const code = damage === 'lose' ? 'store.object-missing' : 'format.segment-corrupt';
      await expect(verify(sample, store)).rejects.toMatchObject({ code, facts });
    }),
    { seed, numRuns: 150 },
  );
});

test('progress counts segments as they are found whole, and an abort ends it', async () => {
  const sample = await createSamplePoint({ streams });
  const store = storeCopy(sample);
  const stop = new AbortController();
  const reason = new Error('cancelled');
  const seen: number[] = [];
  const work = verifyCopy({
    manifest: sample.encoded.manifest,
    copy: { region: store.region, store },
    dataKey: sample.dataKey,
    clock: createVirtualClock(),
    signal: stop.signal,
    onProgress: ({ segments }) => {
      seen.push(segments);
      if (segments === 3) stop.abort(reason);
    },
  });
  await expect(work).rejects.toBe(reason);
  expect(seen).toEqual([1, 2, 3]);
});
