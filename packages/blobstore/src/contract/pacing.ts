import { ok } from 'node:assert/strict';
import type { PaceBody } from '../blob-store.ts';
import type { StoreCheck } from './check.ts';
import { expectAbsent, expectCode, expectContent, putNew, rejectionOf, sampleBytes, sha256Of } from './expect.ts';

const pieceBytes = 48 * 1024;

/** Cuts bodies into small pieces; after `stopAfter` of them nothing passes any more until the signal ends it. */
function createPace(stopAfter = Number.POSITIVE_INFINITY) {
  const stopped = Promise.withResolvers<void>();
  let passed = 0;
  let passedBytes = 0;
  const pace: PaceBody = async function* (body, signal) {
    for await (const whole of body instanceof Uint8Array ? [body] : body) {
      for (let offset = 0; offset < whole.byteLength; offset += pieceBytes) {
        const piece = whole.subarray(offset, offset + pieceBytes);
        if (passed >= stopAfter) {
          stopped.resolve();
          await untilAborted(signal);
        }
        passed += 1;
        passedBytes += piece.byteLength;
        yield piece;
      }
    }
  };
  return { pace, stopped: stopped.promise, passedBytes: () => passedBytes };
}

async function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  if (signal === undefined) throw new Error('a pace needs the signal of its call');
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  throw signal.reason;
}

export const pacingChecks: readonly StoreCheck[] = [
  {
    name: 'moves every byte of a paced body through its pace, and keeps it as it was',
    async run(store, scope) {
      for (const sizeBytes of [0, 1, 5_000, 9_000_001]) {
        const body = sampleBytes(sizeBytes, 1);
        const key = `${scope}paced-${sizeBytes}`;
        const up = createPace();
        await store.put(key, body, { sha256: sha256Of(body), ifAbsent: true, pace: up.pace });
        ok(up.passedBytes() >= sizeBytes, `${up.passedBytes()} of ${sizeBytes} bytes were stored by their pace`);
        await expectContent(store, key, body);
        const down = createPace();
        const found = await store.get(key, { pace: down.pace });
        ok(down.passedBytes() >= sizeBytes, `${down.passedBytes()} of ${sizeBytes} bytes were read by their pace`);
        ok(Buffer.compare(found, body) === 0, `${key} was read as other bytes than were stored`);
      }
    },
  },
  {
    name: 'refuses a paced body as it does any other: damaged, or under a key that exists',
    async run(store, scope) {
      const body = sampleBytes(100_000, 2);
      const { pace } = createPace();
      await expectCode('store.body-damaged', () =>
        store.put(`${scope}bad`, body, { sha256: sha256Of(body.subarray(1)), ifAbsent: true, pace }),
      );
      await expectAbsent(store, `${scope}bad`);
      await putNew(store, `${scope}taken`, body);
      await expectCode('store.object-exists', () => store.put(`${scope}taken`, body, { sha256: sha256Of(body), ifAbsent: true, pace }));
    },
  },
  {
    name: 'ends at once, with the reason of its signal, while a pace lets nothing through',
    async run(store, scope) {
      const body = sampleBytes(4_000_000, 3);
      const sha256 = sha256Of(body);
      await putNew(store, `${scope}there`, body);
      const reason = new Error('given up');
      for (const stopAfter of [0, 3]) {
        for (const call of ['put', 'get'] as const) {
          const { pace, stopped } = createPace(stopAfter);
          const controller = new AbortController();
          const options = { signal: controller.signal, pace };
          const ended = rejectionOf(async () => {
            if (call === 'put') await store.put(`${scope}half-${stopAfter}`, body, { sha256, ifAbsent: true, ...options });
            else await store.get(`${scope}there`, options);
          });
          await stopped;
          controller.abort(reason);
          ok((await ended) === reason, `a ${call} that its pace holds must end with the reason of its signal`);
        }
        await expectAbsent(store, `${scope}half-${stopAfter}`);
      }
    },
  },
];
