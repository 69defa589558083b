import { deepStrictEqual, ok } from 'node:assert/strict';
import { maxKeyBytes } from '../blob-key.ts';
import type { StoreCheck } from './check.ts';
import { expectAbsent, expectCode, expectContent, listKeys, putNew, rejectionOf, sampleBytes } from './expect.ts';

/** Of the longest allowed length, in parts that every file system can hold. */
function longestKey(scope: string): string {
  const missing = maxKeyBytes - scope.length;
  return scope + Array.from({ length: missing }, (_, index) => (index % 200 === 199 && index < missing - 1 ? '/' : 'k')).join('');
}

export const readingChecks: readonly StoreCheck[] = [
  {
    name: 'says that a missing object is missing',
    async run(store, scope) {
      await expectAbsent(store, `${scope}nothing`);
      await expectAbsent(store, `${scope}no/folder/either`);
      deepStrictEqual(await listKeys(store, `${scope}no/folder/`), []);
    },
  },
  {
    name: 'shows an object at once after it was stored, and to every call',
    async run(store, scope) {
      for (let number = 0; number < 5; number++) {
        const key = `${scope}fresh/${number}`;
        await putNew(store, key, sampleBytes(100 + number, number));
        deepStrictEqual(await store.head(key), { key, sizeBytes: 100 + number });
        deepStrictEqual((await listKeys(store, `${scope}fresh/`)).at(-1), key);
      }
    },
  },
  {
    name: 'puts a body into the memory that it is given',
    async run(store, scope) {
      const key = `${scope}into-memory`;
      const body = sampleBytes(100_000, 7);
      await putNew(store, key, body);
      const given: Uint8Array[] = [];
      const memory = (sizeBytes: number) => {
        const bytes = Buffer.alloc(sizeBytes + 10, 0xaa).subarray(5, 5 + sizeBytes);
        given.push(bytes);
        return bytes;
      };
      const found = await store.get(key, { memory });
      ok(Buffer.from(found).equals(body), 'the body is another one');
      ok(given.includes(found), 'the body is not in the memory that was given');
      const around = new Uint8Array(found.buffer);
      ok(around[found.byteOffset - 1] === 0xaa && around[found.byteOffset + found.byteLength] === 0xaa, 'more than the body was written');
    },
  },
  {
    name: 'lists in the order of the keys by code unit, folders included',
    async run(store, scope) {
      const names = ['a-b', 'a/b', 'a/b-c', 'a/b.d/e', 'a.b', 'a0', 'A', '_', 'aa/a', 'b/1', 'b/10', 'b/2', 'b=1', 'Z/z', '0'];
      const keys = names.map((name) => scope + name);
      await Promise.all(keys.map((key, number) => putNew(store, key, sampleBytes(number, number))));
      const found: unknown[] = [];
      for await (const { key, sizeBytes } of store.list(scope)) found.push({ key, sizeBytes });
      const expected = keys.map((key, sizeBytes) => ({ key, sizeBytes })).sort((one, other) => (one.key < other.key ? -1 : 1));
      deepStrictEqual(found, expected);
    },
  },
  {
    name: 'says of every object in a listing when it was written, where it says so at all',
    async run(store, scope) {
      const written: (Date | null)[] = [];
      for (const name of ['first', 'second']) {
        await putNew(store, scope + name, sampleBytes(10, 1));
        for await (const { key, writtenAt } of store.list(scope + name)) if (key === scope + name) written.push(writtenAt);
      }
      const [first = null, second = null] = written;
      ok(written.length === 2 && (first === null) === (second === null), 'it says so of some objects only');
      if (first === null || second === null) return;
      // Stores tell whole seconds.
      ok(second.getTime() - first.getTime() > -1_500, 'what was written later is said to be older');
    },
  },
  {
    name: 'lists what begins with a prefix, which may end anywhere, and goes on after a key',
    async run(store, scope) {
      const names = ['x/one/1', 'x/one/2', 'x/one-more', 'x/other/3', 'y'];
      for (const name of names) await putNew(store, scope + name, sampleBytes(1, 1));
      const list = async (prefix: string, after?: string) => {
        const found = await listKeys(store, scope + prefix, after === undefined ? undefined : scope + after);
        return found.map((key) => key.slice(scope.length));
      };
      deepStrictEqual(await list('x/one'), ['x/one-more', 'x/one/1', 'x/one/2']);
      deepStrictEqual(await list('x/one/'), ['x/one/1', 'x/one/2']);
      deepStrictEqual(await list('x/one/2'), ['x/one/2']);
      deepStrictEqual(await list('x/o'), ['x/one-more', 'x/one/1', 'x/one/2', 'x/other/3']);
      deepStrictEqual(await list('z'), []);
      deepStrictEqual(await list('x/', 'x/one/1'), ['x/one/2', 'x/other/3']);
      deepStrictEqual(await list('', 'x/one/11'), ['x/one/2', 'x/other/3', 'y']);
      deepStrictEqual(await list('x/', 'y'), []);
    },
  },
  {
    name: 'holds keys of the longest allowed length',
    async run(store, scope) {
      const key = longestKey(scope);
      await putNew(store, key, sampleBytes(10, 1));
      await expectContent(store, key, sampleBytes(10, 1));
      deepStrictEqual(await listKeys(store, key.slice(0, -1)), [key]);
      await expectCode('store.key-invalid', () => store.head(`${key}k`));
    },
  },
  {
    name: 'refuses keys that are not valid, whatever is asked',
    async run(store, scope) {
      const body = sampleBytes(1, 1);
      for (const name of ['', '/a', 'a//b', '../escape', 'a/../../b', './a', '.hidden', 'a b', 'ä', 'a\\b', 'a\u0000b', 'a%2e', 'a/']) {
        const key = name === '' ? '' : `${scope}${name}`;
        await expectCode('store.key-invalid', () => putNew(store, key, body));
        await expectCode('store.key-invalid', () => store.get(key));
        await expectCode('store.key-invalid', () => store.head(key));
        await expectCode('store.key-invalid', () => store.delete(key));
      }
      await expectCode('store.key-invalid', () => listKeys(store, '../'));
    },
  },
  {
    name: 'gives the caller bytes of its own, and lets go of the bytes that it was given',
    async run(store, scope) {
      const body = sampleBytes(1_000, 8);
      await putNew(store, `${scope}own`, body);
      body.fill(0);
      (await store.get(`${scope}own`)).fill(1);
      await expectContent(store, `${scope}own`, sampleBytes(1_000, 8));
    },
  },
  {
    name: 'removes an object for every call, twice without complaint, and takes a new one under its key',
    async run(store, scope) {
      const key = `${scope}gone/soon`;
      await putNew(store, key, sampleBytes(100, 1));
      await putNew(store, `${scope}gone/stays`, sampleBytes(100, 2));
      await store.delete(key);
      await expectAbsent(store, key);
      await store.delete(key);
      await store.delete(`${scope}never/was`);
      deepStrictEqual(await listKeys(store, scope), [`${scope}gone/stays`]);
      for (const sizeBytes of [100, 9_000_000]) {
        await putNew(store, key, sampleBytes(sizeBytes, 3));
        await expectContent(store, key, sampleBytes(sizeBytes, 3));
        await store.delete(key);
      }
    },
  },
  {
    name: 'ends aborted reads with the reason of their signal',
    async run(store, scope) {
      await putNew(store, `${scope}read`, sampleBytes(4_000_000, 1));
      const reason = new Error('given up');
      const signal = AbortSignal.abort(reason);
      const list = async () => {
        for await (const _ of store.list(scope, { signal }));
      };
      const calls = [
        () => store.get(`${scope}read`, { signal }),
        () => store.head(`${scope}read`, { signal }),
        () => store.ping({ signal }),
        list,
      ];
      for (const call of calls) ok((await rejectionOf(call)) === reason);

      const controller = new AbortController();
      const late = rejectionOf(() => store.get(`${scope}read`, { signal: controller.signal }));
      controller.abort(reason);
      ok((await late) === reason);
    },
  },
  {
    name: 'answers a ping, and says of itself twice the same',
    async run(store) {
      await store.ping();
      deepStrictEqual(await store.probe(), await store.probe());
    },
  },
];
