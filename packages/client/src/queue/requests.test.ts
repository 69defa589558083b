import { expect, test } from 'vitest';
import { RequestRefusedError } from './queue-error.ts';
import { readAsk } from './requests.ts';

const point = `rp_${'0'.repeat(26)}`;

test('a backup goes into the queue of the home region, everything else where the data arrive or lie', () => {
  expect(readAsk('backup', { requestId: 'r1', instance: 'shop', home: 'north' })).toEqual({
    requestId: 'r1',
    region: 'north',
    request: { kind: 'backup', instance: 'shop' },
  });
  expect(readAsk('replicate', { requestId: 'r1', point, to: 'south' }).region).toBe('south');
  expect(readAsk('verify', { requestId: 'r1', point, region: 'west' }).region).toBe('west');
  expect(readAsk('restore', { requestId: 'r1', instance: 'shop', to: 'east', target: 'file:/run/secrets/target' }).region).toBe('east');
});

test.each([
  ['an id that BullMQ could not use', { requestId: 'a:b', instance: 'shop', home: 'north' }, 'requestId: '],
  ['no id', { instance: 'shop', home: 'north' }, 'requestId: '],
  ['an id that is too long', { requestId: 'x'.repeat(129), instance: 'shop', home: 'north' }, 'requestId: at most 128 characters'],
  ['a name that cannot be one', { requestId: 'r1', instance: '../shop', home: 'north' }, 'instance: '],
  ['no home', { requestId: 'r1', instance: 'shop' }, 'home: '],
  ['something more', { requestId: 'r1', instance: 'shop', home: 'north', force: true }, 'force'],
])('%s is refused before anything leaves the process', (_, ask, cause) => {
  const read = () => readAsk('backup', ask as typeof ask & { requestId: string });
  expect(read).toThrow(expect.objectContaining({ code: 'request.invalid', message: expect.stringContaining(cause) }));
});

test.each([
  'postgres://owner:hunter2@db.example.com/shop',
  'env:CBCR_SEAL_KEY',
  'env:cbcr_token',
  'env:',
  'file://host/path',
  'file:relative',
  'sealed:v1:abc',
  '',
])('the target %j is no reference that a queue may hold', (target) => {
  const read = () => readAsk('restore', { requestId: 'r1', instance: 'shop', to: 'north', target });
  expect(read).toThrow(expect.objectContaining({ code: 'request.target-not-reference' }));
  expect(read).not.toThrow('hunter2');
});

test('a refusal keeps its code, also one that this version does not know', () => {
  const { requestId } = readAsk('verify', { requestId: 'r1', point, region: 'west' });
  expect(new RequestRefusedError(requestId, 'tomorrow.new-rule: Not now. Ask later.')).toMatchObject({
    code: 'tomorrow.new-rule',
    message: 'Not now. Ask later.',
  });
  expect(new RequestRefusedError(requestId, 'job stalled more than allowable limit')).toMatchObject({ code: 'run.unexpected' });
});
