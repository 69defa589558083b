import { deepStrictEqual, ok } from 'node:assert/strict';
import { isCbcrError } from '@cbcr/domain';
import { type BlobStore, maxObjectBytes } from '../blob-store.ts';
import type { StoreCheck } from './check.ts';
import { expectAbsent, expectCode, expectContent, listKeys, putNew, rejectionOf, sampleBytes, sha256Of } from './expect.ts';

/** A server may refuse a large body before it has read it, and then the refusal is easily lost. */
const smallAndLarge = [5_000, 33_000_000];

export const writingChecks: readonly StoreCheck[] = [
  {
    name: 'holds objects of any size, the empty one and the largest included, exactly as they were given',
    async run(store, scope) {
      for (const [index, sizeBytes] of [0, 1, 65_537, maxObjectBytes].entries()) {
        const body = sampleBytes(sizeBytes, index);
        await putNew(store, `${scope}size-${sizeBytes}`, body);
        deepStrictEqual(await store.head(`${scope}size-${sizeBytes}`), { key: `${scope}size-${sizeBytes}`, sizeBytes });
        await expectContent(store, `${scope}size-${sizeBytes}`, body);
      }
    },
  },
  {
    name: 'stores just the bytes of a view into a larger buffer',
    async run(store, scope) {
      const whole = sampleBytes(1_000, 7);
      const view = new Uint8Array(whole.buffer, whole.byteOffset + 100, 300);
      await putNew(store, `${scope}view`, view);
      await expectContent(store, `${scope}view`, whole.subarray(100, 400));
    },
  },
  {
    name: 'refuses an object above the largest size',
    async run(store, scope) {
      const body = new Uint8Array(maxObjectBytes + 1);
      await expectCode('store.object-too-large', () => store.put(`${scope}huge`, body, { sha256: '0'.repeat(64), ifAbsent: true }));
      await expectAbsent(store, `${scope}huge`);
    },
  },
  {
    name: 'never overwrites: a second put of a key is refused, even with the same bytes',
    async run(store, scope) {
      for (const sizeBytes of smallAndLarge) {
        const key = `${scope}once-${sizeBytes}`;
        const first = sampleBytes(sizeBytes, 1);
        await putNew(store, key, first);
        await expectCode('store.object-exists', () => putNew(store, key, sampleBytes(sizeBytes, 2)));
        await expectCode('store.object-exists', () => putNew(store, key, first));
        await expectContent(store, key, first);
      }
    },
  },
  {
    name: 'accepts a re-send of the same bytes, and refuses other bytes under the same key',
    async run(store, scope) {
      for (const sizeBytes of smallAndLarge) {
        const key = `${scope}resent-${sizeBytes}`;
        const body = sampleBytes(sizeBytes, 3);
        const resend = (bytes: Uint8Array) => store.put(key, bytes, { sha256: sha256Of(bytes), ifAbsent: false });
        await resend(body);
        await resend(body);
        await expectCode('store.object-exists', () => resend(sampleBytes(sizeBytes, 4)));
        await expectCode('store.object-exists', () => resend(sampleBytes(sizeBytes - 1, 3)));
        await expectContent(store, key, body);
      }
    },
  },
  {
    name: 'replaces an object when that is asked for by name, and the same replace again or late changes nothing',
    async run(store, scope) {
      for (const sizeBytes of [5_000, 300_000]) {
        const key = `${scope}mended-${sizeBytes}`;
        const right = sampleBytes(sizeBytes, 8);
        const replace = () => store.put(key, right, { sha256: sha256Of(right), ifAbsent: false, replace: true });
        for (const wrong of [sampleBytes(sizeBytes, 9), right.subarray(0, -1), new Uint8Array()]) {
          await putNew(store, key, wrong);
          await replace();
          await expectContent(store, key, right);
          await Promise.all([replace(), replace()]);
          await expectContent(store, key, right);
          deepStrictEqual(await store.head(key), { key, sizeBytes });
          deepStrictEqual(await listKeys(store, key), [key]);
          await expectCode('store.object-exists', () => putNew(store, key, wrong));
          await store.delete(key);
        }
        await replace();
        await expectContent(store, key, right);
      }
    },
  },
  {
    name: 'shows the old object or the new one, whole, while it is replaced',
    async run(store, scope) {
      const key = `${scope}watched`;
      const [old, right] = [sampleBytes(9_000_000, 1), sampleBytes(8_000_000, 2)];
      await putNew(store, key, old);
      let isReplaced = false;
      const replacing = store.put(key, right, { sha256: sha256Of(right), ifAbsent: false, replace: true }).finally(() => {
        isReplaced = true;
      });
      const reading = async () => {
        while (!isReplaced) {
          const found = Buffer.from(await store.get(key));
          ok(found.equals(old) || found.equals(right), `${key} holds neither the old bytes nor the new ones`);
        }
      };
      // Both come to their end before the first failure is told: nothing is written after the check.
      for (const outcome of await Promise.allSettled([replacing, reading()])) if (outcome.status === 'rejected') throw outcome.reason;
      await expectContent(store, key, right);
    },
  },
  {
    name: 'replaces nothing by bytes that do not have their SHA-256',
    async run(store, scope) {
      const [old, other] = [sampleBytes(100_000, 1), sampleBytes(100_000, 2)];
      await putNew(store, `${scope}kept`, old);
      const damaged = { sha256: sha256Of(sampleBytes(100_000, 3)), ifAbsent: false, replace: true } as const;
      await expectCode('store.body-damaged', () => store.put(`${scope}kept`, other, damaged));
      await expectContent(store, `${scope}kept`, old);
    },
  },
  {
    name: 'lets exactly one of several concurrent puts of a key win',
    requires: 'conditionalPut',
    async run(store, scope) {
      for (const sizeBytes of [300_000, 9_000_000]) {
        const { winners, key } = await contest(store, `${scope}contested-${sizeBytes}`, sizeBytes);
        deepStrictEqual(winners.length, 1, `${winners.length} of 4 puts of ${key} succeeded`);
      }
    },
  },
  {
    name: 'holds one whole object after concurrent puts of a key, and one of those that were accepted',
    async run(store, scope) {
      const { winners, key } = await contest(store, `${scope}contested`, 300_000);
      const found = Buffer.from(await store.get(key));
      ok(
        winners.some((winner) => winner.equals(found)),
        `${key} holds none of the ${winners.length} accepted bodies`,
      );
    },
  },
  {
    name: 'refuses bytes that do not have their SHA-256, and shows nothing of them',
    async run(store, scope) {
      const body = sampleBytes(100_000, 5);
      const sha256 = sha256Of(body);
      body[50_000] = (body[50_000] ?? 0) ^ 1;
      await expectCode('store.body-damaged', () => store.put(`${scope}damaged`, body, { sha256, ifAbsent: true }));
      await expectAbsent(store, `${scope}damaged`);
    },
  },
  {
    name: 'takes many puts at once',
    async run(store, scope) {
      const numbers = Array.from({ length: 32 }, (_, index) => index);
      await Promise.all(numbers.map((number) => putNew(store, `${scope}many/${number}`, sampleBytes(10_000, number))));
      await Promise.all(numbers.map((number) => expectContent(store, `${scope}many/${number}`, sampleBytes(10_000, number))));
      deepStrictEqual((await listKeys(store, `${scope}many/`)).length, 32);
    },
  },
  {
    name: 'refuses a key that is a folder of another object, or beneath one',
    async run(store, scope) {
      await putNew(store, `${scope}taken`, sampleBytes(10, 1));
      await putNew(store, `${scope}folder/object`, sampleBytes(10, 2));
      // A store that can hold both is free to do so; what it must not do is damage what is there.
      for (const key of [`${scope}taken/beneath`, `${scope}folder`]) {
        const body = sampleBytes(10, 3);
        for (const replace of [false, true]) {
          await store
            .put(key, body, { sha256: sha256Of(body), ifAbsent: false, replace })
            .catch((error) => ok(isCbcrError(error, 'store.key-invalid'), String(error)));
        }
      }
      await expectContent(store, `${scope}taken`, sampleBytes(10, 1));
      await expectContent(store, `${scope}folder/object`, sampleBytes(10, 2));
    },
  },
  {
    name: 'ends an aborted put with the reason of its signal, and shows the whole object or none',
    async run(store, scope) {
      const reason = new Error('given up');
      const body = sampleBytes(8_000_000, 6);
      const sha256 = sha256Of(body);
      const early = rejectionOf(() => store.put(`${scope}early`, body, { sha256, ifAbsent: true, signal: AbortSignal.abort(reason) }));
      ok((await early) === reason, 'a put with an aborted signal must reject with its reason');
      await expectAbsent(store, `${scope}early`);

      const controller = new AbortController();
      const late = rejectionOf(() => store.put(`${scope}late`, body, { sha256, ifAbsent: true, signal: controller.signal }));
      controller.abort(reason);
      ok((await late) === reason, 'a put that is aborted must reject with the reason of its signal');
      if ((await store.head(`${scope}late`)) !== null) await expectContent(store, `${scope}late`, body);
    },
  },
];

/** Four puts of one key at once. Those that do not succeed must be told that the key is taken. */
async function contest(store: BlobStore, key: string, sizeBytes: number): Promise<{ winners: Buffer[]; key: string }> {
  const bodies = [1, 2, 3, 4].map((seed) => sampleBytes(sizeBytes, seed));
  const outcomes = await Promise.allSettled(bodies.map((body) => putNew(store, key, body)));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') ok(isCbcrError(outcome.reason, 'store.object-exists'), String(outcome.reason));
  }
  return { winners: bodies.filter((_, index) => outcomes[index]?.status === 'fulfilled'), key };
}
