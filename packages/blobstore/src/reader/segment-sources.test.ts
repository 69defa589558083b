import { expect, test } from 'vitest';
import { withFaults } from '../../test/faulty-store.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { createSamplePoint, regionNamed } from '../../test/sample-point.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import { SegmentSources } from './segment-sources.ts';

test('when a rival wins, the read that stalled is stopped at once', async () => {
  const sample = await createSamplePoint();
  const clock = createVirtualClock();
  const stores = [true, false].map((stalls, index) => {
    const memory = createMemoryStore(regionNamed(`region-${index}`));
    sample.storeIn(memory);
    return withFaults(memory, clock, () => (stalls ? { kind: 'stall' } : null));
  });
  const { manifest } = sample.encoded;
  const sources = new SegmentSources({
    manifest,
    sources: stores.map((store) => ({ region: store.region, store })),
    clock,
    stallTimeoutMs: 10,
  });
  const segment = manifest.streams[0]?.segments[0];
  if (segment === undefined) throw new Error('no segment');
  const fetched = await clock.run(sources.fetch('dump', segment, new AbortController().signal));
  expect(fetched.region).toBe('region-1');
  expect(stores[0]?.fired).toHaveLength(1);
  expect(stores[0]?.running).toBe(0);
});

test('without a source there is nothing to read', async () => {
  const { encoded } = await createSamplePoint();
  expect(() => new SegmentSources({ manifest: encoded.manifest, sources: [], clock: createVirtualClock() })).toThrow(RangeError);
});
