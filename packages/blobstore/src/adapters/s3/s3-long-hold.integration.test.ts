import { systemClock } from '@cbcr/domain';
import { createTestBucket } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { expect, inject, test } from 'vitest';
import { openS3 } from '../../../test/open-s3.ts';
import type { PaceBody } from '../../blob-store.ts';
import { expectContent, putNew, sampleBytes, sha256Of } from '../../contract/expect.ts';
import { withRetry } from '../../decorators/retry.ts';

/** Longer than an idle connection lives (20 s). */
const holdMs = 24_000;
const body = sampleBytes(9_000_000, 1);

/** Lets some bytes pass, then none until the end of the pause. */
function createPausingPace() {
  const endMs = systemClock.monotonicMs() + holdMs;
  let passed = 0;
  const pace: PaceBody = async function* (given, signal) {
    for await (const whole of given instanceof Uint8Array ? [given] : given) {
      for (let offset = 0; offset < whole.byteLength; offset += 100_000) {
        if (passed >= 1_000_000) await systemClock.sleep(Math.max(0, endMs - systemClock.monotonicMs()), { signal });
        const piece = whole.subarray(offset, offset + 100_000);
        passed += piece.byteLength;
        yield piece;
      }
    }
  };
  return { pace, passedBytes: () => passed };
}

test('a pause in the middle of a body that outlasts its connection costs no attempt, neither of a put nor of a get', async () => {
  const bare = await openS3(await createTestBucket(inject('s3')));
  await putNew(bare, 'there', body);
  const store = withRetry(bare, { clock: systemClock, random: () => 0, attempts: 1 });
  const [up, down] = [createPausingPace(), createPausingPace()];
  const [, found] = await Promise.all([
    store.put('new', body, { sha256: sha256Of(body), ifAbsent: true, pace: up.pace }),
    store.get('there', { pace: down.pace }),
  ]);
  expect(Buffer.compare(found, body)).toBe(0);
  await expectContent(bare, 'new', body);
  // Both connections were closed in the pause, and their bodies moved anew: without that this test would show nothing.
  expect(up.passedBytes()).toBeGreaterThan(body.byteLength);
  expect(down.passedBytes()).toBeGreaterThan(body.byteLength);
  await bare.close();
});
