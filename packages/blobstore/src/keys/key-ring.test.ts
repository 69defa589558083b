import { inspect } from 'node:util';
import { createIdFactory, isCbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createSeededBytes } from '../../test/sample-point.ts';
import { DataKey } from './data-key.ts';
import { createKeyRing } from './key-ring.ts';

const randomBytes = createSeededBytes('key ring');
const ids = createIdFactory({ now: () => new Date(1_790_000_000_000) }, randomBytes);
const point = ids.recoveryPointId();
const keyText = randomBytes(32).toString('base64');
const ring = createKeyRing(JSON.stringify({ east: keyText, west: randomBytes(32).toString('base64') }));
const dataKey = DataKey.generate(randomBytes);
const same = (a: DataKey, b: DataKey) => a.exposeForWrapping().equals(b.exposeForWrapping());

test('a data key comes back under the key and for the point that it was wrapped for', async () => {
  const wrapped = await ring.wrap({ keyId: 'east', point, dataKey });
  expect(same(await ring.unwrap({ keyId: 'east', point, wrapped }), dataKey)).toBe(true);
});

test('wrapping twice gives two texts, so equal keys cannot be told from outside', async () => {
  expect(await ring.wrap({ keyId: 'east', point, dataKey })).not.toBe(await ring.wrap({ keyId: 'east', point, dataKey }));
});

test('another point, another key id, another key and a key that is not there are refused', async () => {
  const wrapped = await ring.wrap({ keyId: 'east', point, dataKey });
  const stranger = createKeyRing(JSON.stringify({ east: randomBytes(32).toString('base64') }));
  const refused = { name: 'CbcrError', code: 'key.wrong' };
  await expect(ring.unwrap({ keyId: 'east', point: ids.recoveryPointId(), wrapped })).rejects.toMatchObject(refused);
  await expect(ring.unwrap({ keyId: 'west', point, wrapped })).rejects.toMatchObject(refused);
  await expect(stranger.unwrap({ keyId: 'east', point, wrapped })).rejects.toMatchObject(refused);
  await expect(ring.unwrap({ keyId: 'north', point, wrapped })).rejects.toMatchObject({ code: 'key.missing' });
  await expect(ring.wrap({ keyId: 'north', point, dataKey })).rejects.toMatchObject({ code: 'key.missing' });
});

test('every flipped bit and every cut of the wrapped form is noticed', async () => {
  const bytes = Buffer.from(await ring.wrap({ keyId: 'east', point, dataKey }), 'base64');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
    await expect(ring.unwrap({ keyId: 'east', point, wrapped: flipped.toString('base64') })).rejects.toMatchObject({ code: 'key.wrong' });
  }
  for (let length = 0; length < bytes.length; length++) {
    const wrapped = bytes.subarray(0, length).toString('base64');
    await expect(ring.unwrap({ keyId: 'east', point, wrapped })).rejects.toMatchObject({ code: 'key.wrong' });
  }
});

test('a ring that cannot be read says which key is wrong and shows none', () => {
  const short = randomBytes(31).toString('base64');
  for (const text of [
    `{"east": "${keyText}", "west": "${short}"}`,
    `{"east": "${keyText}"`,
    `["${keyText}"]`,
    `{"west": ["${keyText}"]}`,
  ]) {
    let thrown: unknown;
    try {
      createKeyRing(text);
    } catch (error) {
      thrown = error;
    }
    expect(isCbcrError(thrown, 'key.ring-invalid')).toBe(true);
    expect(inspect(thrown, { depth: 9 })).not.toContain(keyText.slice(0, 8));
    expect(inspect(thrown, { depth: 9 })).not.toContain(short.slice(0, 8));
  }
  expect(() => createKeyRing(`{"west": "${short}"}`)).toThrow(/west/);
});

test('a data key does not show itself', () => {
  const hex = dataKey.exposeForWrapping().toString('hex').slice(0, 8);
  const base64 = dataKey.exposeForWrapping().toString('base64').slice(0, 8);
  const shown = [
    inspect(dataKey, { showHidden: true, depth: 9 }),
    JSON.stringify({ dataKey }),
    `${dataKey}`,
    inspect(ring, { depth: 9 }),
  ].join();
  expect(shown).not.toContain(hex);
  expect(shown).not.toContain(base64);
  expect(shown).not.toMatch(/Buffer|Uint8Array/);
});
