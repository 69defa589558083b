import { CbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { regionNamed } from '../../test/sample-point.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import type { BlobStore, PaceBody } from '../blob-store.ts';
import { sampleBytes, sha256Of } from '../contract/expect.ts';
import { withPace } from './pace.ts';
import { withRetry } from './retry.ts';

const region = regionNamed('north');
const body = sampleBytes(1_000, 1);
const sha256 = sha256Of(body);

/** A store whose put takes what its pace gives, then breaks for the first `breaks` times. */
function open({ holdMs, breaks = 0 }: { holdMs: number; breaks?: number }) {
  const clock = createVirtualClock();
  let attempts = 0;
  const memory = createMemoryStore(region);
  const adapter: BlobStore = {
    ...memory,
    async put(key, bytes, options) {
      attempts += 1;
      for await (const _ of options.pace?.(bytes, options.signal) ?? []);
      if (attempts <= breaks) throw new CbcrError('store.unreachable', { region, cause: 'closed for being idle' });
      await memory.put(key, bytes, options);
    },
  };
  const pace: PaceBody = async function* (bytes, signal) {
    await clock.sleep(holdMs, { signal });
    yield* bytes instanceof Uint8Array ? [bytes] : bytes;
  };
  const holds: boolean[] = [];
  const store = withPace(withRetry(adapter, { clock, random: () => 0, attempts: 3, transferTimeoutMs: 1_000 }), pace);
  const put = () => clock.run(store.put('key', body, { sha256, ifAbsent: true, onHold: (isHeld) => holds.push(isHeld) }));
  return { put, memory, holds, attempts: () => attempts };
}

test('a limit that takes an hour does not run into the time limit of the transfer, and is told of', async () => {
  const { put, memory, holds, attempts } = open({ holdMs: 3_600_000 });
  await put();
  expect(memory.objects.get('key')).toEqual(body);
  expect(attempts()).toBe(1);
  expect([holds[0], holds.at(-1)]).toEqual([true, false]);
});

test('a connection that broke while a limit held it for long costs no attempt', async () => {
  const { put, memory, attempts } = open({ holdMs: 30_000, breaks: 5 });
  await put();
  expect(memory.objects.get('key')).toEqual(body);
  expect(attempts()).toBe(6);
});

test('a store that breaks without such a reason is given up after its attempts', async () => {
  const { put, attempts } = open({ holdMs: 10, breaks: 5 });
  await expect(put()).rejects.toMatchObject({ code: 'store.unreachable' });
  expect(attempts()).toBe(3);
});
