import { CbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { regionNamed } from '../../test/sample-point.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import { type BlobLocker, createUnsupportedLocker, type ObjectVersion } from '../lock/blob-locker.ts';
import { withLockerRetry } from './retry-locker.ts';

const region = regionNamed('north');
const unreachable = new CbcrError('store.unreachable', { region, cause: 'planted' });
const refused = new CbcrError('lock.unsupported', { region });
const versions = ['a', 'b', 'c'].map((key): ObjectVersion => ({ key, versionId: '1' }));
const lock = { mode: 'governance', until: new Date(0) } as const;

/** Each call fails with the next of these errors, or does what it should. */
function open(errors: (Error | null)[], change: Partial<BlobLocker> = {}) {
  const clock = createVirtualClock();
  const calls: string[] = [];
  const step = async <Result>(name: string, result: Result): Promise<Result> => {
    calls.push(name);
    const error = errors.shift() ?? null;
    if (error !== null) throw error;
    return result;
  };
  const plain: BlobLocker = {
    region,
    support: () => step('support', { supported: true }),
    async *listVersions() {
      for (const version of versions) yield await step(`list ${version.key}`, version);
    },
    getProtection: () => step('read', null),
    setLegalHold: () => step('hold', undefined),
    extendLock: () => step('extend', lock),
    liftLock: () => step('lift', undefined),
    close: async () => undefined,
    ...change,
  };
  return { clock, calls, locker: withLockerRetry(plain, { clock, random: () => 0.5, attempts: 3 }) };
}

const calls: [string, (locker: BlobLocker) => Promise<unknown>][] = [
  ['support', (locker) => locker.support()],
  ['read', (locker) => locker.getProtection({ key: 'a', versionId: '1' })],
  ['hold', (locker) => locker.setLegalHold({ key: 'a', versionId: '1' }, true)],
  ['extend', (locker) => locker.extendLock({ key: 'a', versionId: '1' }, lock)],
  ['lift', (locker) => locker.liftLock({ key: 'a', versionId: '1' })],
];

test.each(calls)('%s is tried again after an outage, so often and not more, and at no other error', async (name, call) => {
  const passing = open([unreachable, unreachable]);
  await passing.clock.run(call(passing.locker));
  expect(passing.calls).toEqual([name, name, name]);
  const lasting = open([unreachable, unreachable, unreachable]);
  await expect(lasting.clock.run(call(lasting.locker))).rejects.toBe(unreachable);
  const other = open([refused]);
  await expect(other.clock.run(call(other.locker))).rejects.toBe(refused);
  expect(other.calls).toEqual([name]);
});

test('a listing that breaks off is begun again, and brings no version twice', async () => {
  const { clock, calls, locker } = open([null, unreachable]);
  const list = async () => {
    const found: ObjectVersion[] = [];
    for await (const version of locker.listVersions('')) found.push(version);
    return found;
  };
  expect(await clock.run(list())).toEqual(versions);
  expect(calls).toEqual(['list a', 'list b', 'list a', 'list b', 'list c']);
});

test('a store that hangs is an outage, and what cannot lock says so still', async () => {
  const { clock, locker } = open([], { setLegalHold: () => new Promise(() => {}) });
  await expect(clock.run(locker.setLegalHold({ key: 'a', versionId: '1' }, true))).rejects.toMatchObject({ code: 'store.unreachable' });
  const unable = withLockerRetry(createUnsupportedLocker(region, 'a folder'), { clock, random: () => 0.5 });
  expect(await clock.run(unable.support())).toEqual({ supported: false, reason: 'a folder' });
});
