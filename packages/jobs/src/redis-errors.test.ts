import { CbcrError } from '@cbcr/domain';
import { describe, expect, test } from 'vitest';
import { translateRedisError } from './redis-errors.ts';
import { findEvictionProblem } from './redis-eviction.ts';

const withCode = (code: string) => Object.assign(new Error(''), { code });

describe('an error of Redis', () => {
  test.each([
    [withCode('ECONNREFUSED')],
    [withCode('ENOTFOUND')],
    [new Error("Stream isn't writeable and enableOfflineQueue options is false")],
    [new Error('Connection is closed.')],
    [new Error('Command timed out')],
    [new Error('LOADING Redis is loading the dataset in memory')],
    [new Error("READONLY You can't write against a read only replica.")],
    [new Error("OOM command not allowed when used memory > 'maxmemory'.")],
  ])('that time may cure (%s) says that the queue is unreachable', (error) => {
    const translated = translateRedisError(error);
    expect(translated.code).toBe('queue.unreachable');
    expect(translated.message).not.toMatch(/: \.$/);
  });

  test('that time does not cure is unexpected, and a CbcrError stays itself', () => {
    expect(translateRedisError(new Error('WRONGTYPE Operation against a key')).code).toBe('run.unexpected');
    const own = new CbcrError('run.lost', { run: 'run_01' });
    expect(translateRedisError(own)).toBe(own);
  });
});

test.each([
  ['maxmemory_policy:noeviction\r\n', null],
  ['maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n', expect.stringContaining('maxmemory-policy allkeys-lru')],
  ['a server that does not say', null],
])('the way a server makes room: %j', async (info, problem) => {
  expect(await findEvictionProblem({ info: async () => info })).toEqual(problem);
});
