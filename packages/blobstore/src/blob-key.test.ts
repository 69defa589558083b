import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findKeyProblem, findPrefixProblem, isValidKey, maxKeyBytes, maxKeyPartBytes } from './blob-key.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

const part = fc.stringMatching(/^[A-Za-z0-9_=-][A-Za-z0-9_.=-]{0,40}$/);
const validKey = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/'));
/** Like keys, but with what makes keys dangerous. */
const anyKey = fc
  .array(fc.constantFrom('a', 'b', '/', '.', '..', '\\', ' ', '\0', 'é', '%2e', '-', ''), { maxLength: 12 })
  .map((parts) => parts.join(''));

test(`an accepted key stays below its root, is its own normal form and is ASCII (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.oneof(anyKey, validKey, fc.string(), fc.string({ unit: 'binary' })), (key) => {
      if (!isValidKey(key)) return;
      expect(posix.join('/root', key)).toBe(`/root/${key}`);
      expect(posix.isAbsolute(key)).toBe(false);
      expect(Buffer.byteLength(key)).toBe(key.length);
      expect(encodeURI(key)).toBe(key);
    }),
    { seed, numRuns: 2_000 },
  );
});

test(`every key of well-formed parts is accepted, and so is every beginning of it as a prefix (seed ${seed})`, () => {
  fc.assert(
    fc.property(validKey, fc.nat(), (key, length) => {
      expect(findKeyProblem(key)).toBeNull();
      expect(findPrefixProblem(key.slice(0, length % (key.length + 1)))).toBeNull();
    }),
    { seed },
  );
});

test(`a part "." or ".." or an empty part makes any key invalid (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.array(part), fc.constantFrom('.', '..', '', '.tmp'), fc.array(part), (before, bad, after) => {
      expect(isValidKey([...before, bad, ...after].join('/'))).toBe(false);
    }),
    { seed },
  );
});

test('keys and their parts have a longest length', () => {
  expect(isValidKey('k'.repeat(maxKeyPartBytes))).toBe(true);
  expect(findKeyProblem('k'.repeat(maxKeyPartBytes + 1))).toMatch(/part is longer/);
  const longest = 'parts/'.repeat(200).slice(0, maxKeyBytes - 1);
  expect(isValidKey(`${longest}k`)).toBe(true);
  expect(findKeyProblem(`${longest}kk`)).toMatch(/longer than 900/);
});
