import { createIdFactory, instanceIdSchema } from '@cbcr/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSeededBytes } from '../test/sample-point.ts';
import { manifestKey, maxSegmentNumber, parseObjectKey, pointPrefix, segmentKey } from './object-keys.ts';

const seed = 20261123;
const ids = createIdFactory({ now: () => new Date(1_790_000_000_000) }, createSeededBytes(seed));
const instance = instanceIdSchema.parse('shop-eu');
const point = ids.recoveryPointId();

test(`every key is read back as what it was made of (seed ${seed})`, () => {
  const segments = fc.record({
    stream: fc.stringMatching(/^[a-z0-9-]{1,63}$/),
    number: fc.nat(maxSegmentNumber),
    writeToken: fc.stringMatching(/^[0-9a-f]{16}$/),
  });
  fc.assert(
    fc.property(segments, (segment) => {
      const key = segmentKey(instance, point, segment);
      expect(key.startsWith(pointPrefix(instance, point))).toBe(true);
      expect(parseObjectKey(key)).toEqual({ kind: 'segment', instance, point, ...segment });
    }),
    { seed },
  );
  expect(parseObjectKey(manifestKey(instance, point))).toEqual({ kind: 'manifest', instance, point });
});

test('keys of segments sort in the order of the segments', () => {
  const keys = [0, 9, 10, 99_999, 1_000_000].map((number) =>
    segmentKey(instance, point, { stream: 'dump', number, writeToken: ids.writeToken() }),
  );
  expect([...keys].sort()).toEqual(keys);
});

test('a key that no writer makes is not recognised', () => {
  const token = ids.writeToken();
  for (const key of [
    `v2/shop/${point}/manifest.json`,
    `v1/Shop/${point}/manifest.json`,
    `v1/shop/run_1/manifest.json`,
    `v1/shop/${point}/manifest.json.bak`,
    `v1/shop/${point}/segments/dump/1.${token}`,
    `v1/shop/${point}/segments/dump/00000001.${token}0`,
    `v1/shop/${point}/segments/../00000001.${token}`,
  ]) {
    expect(parseObjectKey(key), key).toBeNull();
  }
});

test('a name that could leave its folder is refused', () => {
  const good = { stream: 'dump', number: 1, writeToken: ids.writeToken() };
  for (const bad of [
    { stream: '../x' },
    { stream: '' },
    { stream: 'A' },
    { number: -1 },
    { number: 1.5 },
    { number: 1e8 },
    { writeToken: 'x' },
  ]) {
    expect(() => segmentKey(instance, point, { ...good, ...bad })).toThrow(RangeError);
  }
});
