import { getEventListeners } from 'node:events';
import { CbcrError, type ErrorCode, errorCatalogue } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { regionNamed } from '../../test/sample-point.ts';
import { type Script, withScript } from '../../test/scripted-store.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import type { BlobStore } from '../blob-store.ts';
import { sampleBytes, sha256Of } from '../contract/expect.ts';
import { withRetry } from './retry.ts';
import type { RetryOptions, StoreRetry } from './retrying.ts';

const region = regionNamed('north');
const unreachable = new CbcrError('store.unreachable', { region, cause: 'planted' });
const failed = new CbcrError('store.failed', { region, operation: 'put', cause: 'planted' });
const body = sampleBytes(1_000, 1);
const sha256 = sha256Of(body);

function open(script: Script, options: Partial<RetryOptions> = {}) {
  const clock = createVirtualClock();
  const memory = createMemoryStore(region);
  const scripted = withScript(memory, script);
  const retries: StoreRetry[] = [];
  const onRetry = (retry: StoreRetry) => retries.push(retry);
  const store = withRetry(scripted, { clock, random: () => 0.999, onRetry, ...options });
  return { clock, memory, scripted, retries, store };
}

test('a call is tried again after an outage or a failure, with growing waits', async () => {
  const { clock, memory, scripted, retries, store } = open({ errors: [unreachable, failed, unreachable, null] });
  await clock.run(store.put('key', body, { sha256, ifAbsent: true }));
  expect(memory.objects.get('key')).toEqual(body);
  expect(scripted.unused).toBe(0);
  expect(retries.map(({ operation, failures, delayMs, code }) => [operation, failures, delayMs, code])).toEqual([
    ['put', 1, 199, 'store.unreachable'],
    ['put', 2, 399, 'store.failed'],
    ['put', 3, 799, 'store.unreachable'],
  ]);
  expect(clock.monotonicMs()).toBe(199 + 399 + 799);
});

test('the last error comes out when the attempts are used up', async () => {
  const { clock, scripted, store } = open({ errors: Array.from({ length: 9 }, () => unreachable) }, { attempts: 3 });
  await expect(clock.run(store.head('key'))).rejects.toBe(unreachable);
  expect(scripted.calls).toEqual(['head', 'head', 'head']);
});

test('no attempt starts after the total time', async () => {
  const { clock, scripted, store } = open({ errors: Array.from({ length: 99 }, () => unreachable) }, { attempts: 99, totalMs: 1_000 });
  await expect(clock.run(store.head('key'))).rejects.toBe(unreachable);
  expect(clock.monotonicMs()).toBeLessThanOrEqual(1_000);
  expect(scripted.calls).toHaveLength(3);
});

test('only an outage and a failure are tried again: every other error of the catalogue comes out at once', async () => {
  const facts = new Proxy({}, { get: () => 'planted', has: () => true });
  for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
    const error: CbcrError = new CbcrError(code, facts as never);
    const { clock, scripted, store } = open({ errors: [error, null] });
    const outcome = clock.run(store.delete('key'));
    const isRetried = code === 'store.unreachable' || code === 'store.failed';
    if (isRetried) await outcome;
    else await expect(outcome).rejects.toBe(error);
    expect(scripted.calls).toHaveLength(isRetried ? 2 : 1);
  }
});

test('a put whose answer was lost is sent again so that its own bytes count as success', async () => {
  const { clock, memory, scripted, store } = open({ errors: [unreachable], afterTheWork: true });
  await clock.run(store.put('key', body, { sha256, ifAbsent: true }));
  expect(scripted.calls).toEqual(['put if absent', 'put again']);
  expect(memory.objects.size).toBe(1);
});

test('a put that is sent again still gives way to other bytes', async () => {
  const { clock, memory, store } = open({ errors: [unreachable] });
  const other = sampleBytes(1_000, 2);
  await memory.put('key', other, { sha256: sha256Of(other), ifAbsent: true });
  await expect(clock.run(store.put('key', body, { sha256, ifAbsent: true }))).rejects.toMatchObject({ code: 'store.object-exists' });
  expect(memory.objects.get('key')).toEqual(other);
});

test('a replace whose answer was lost is sent again as a replace', async () => {
  const { clock, memory, scripted, store } = open({ errors: [unreachable, unreachable], afterTheWork: true });
  const wrong = sampleBytes(1_000, 2);
  await memory.put('key', wrong, { sha256: sha256Of(wrong), ifAbsent: true });
  await clock.run(store.put('key', body, { sha256, ifAbsent: false, replace: true }));
  expect(scripted.calls).toEqual(['put instead', 'put instead', 'put instead']);
  expect(memory.objects.get('key')).toEqual(body);
});

test('the first attempt keeps its condition: an object that was there before is refused', async () => {
  const { clock, memory, scripted, store } = open({ errors: [] });
  await memory.put('key', body, { sha256, ifAbsent: true });
  await expect(clock.run(store.put('key', body, { sha256, ifAbsent: true }))).rejects.toMatchObject({ code: 'store.object-exists' });
  expect(scripted.calls).toEqual(['put if absent']);
});

test('ping and probe ask once: they want to know how the store is now', async () => {
  const { clock, scripted, store } = open({ errors: [unreachable, unreachable] });
  await expect(clock.run(store.ping())).rejects.toBe(unreachable);
  await expect(clock.run(store.probe())).rejects.toBe(unreachable);
  expect(scripted.calls).toEqual(['ping', 'probe']);
});

test('an abort during the wait ends it at once with the reason of the signal', async () => {
  const reason = new Error('cancelled');
  const caller = new AbortController();
  const { clock, scripted, store } = open({ errors: [unreachable, null] }, { onRetry: () => caller.abort(reason) });
  await expect(clock.run(store.get('key', { signal: caller.signal }))).rejects.toBe(reason);
  expect(clock.monotonicMs()).toBe(0);
  expect(scripted.calls).toEqual(['get']);
});

test('an aborted signal starts no attempt', async () => {
  const reason = new Error('cancelled');
  const { clock, scripted, store } = open({ errors: [] });
  await expect(clock.run(store.get('key', { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  expect(scripted.calls).toEqual([]);
});

/** A store whose every call hangs; a deaf one does not even listen to its signal. */
function hangingStore(deaf: boolean): BlobStore & { signals: (AbortSignal | undefined)[] } {
  const signals: (AbortSignal | undefined)[] = [];
  const get: BlobStore['get'] = (_key, { signal } = {}) => {
    signals.push(signal);
    return new Promise((_resolve, reject) => {
      if (!deaf) signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  };
  return { ...createMemoryStore(region), get, signals };
}

test.each([false, true])('an attempt that hangs is given up as an outage (deaf to its signal: %s)', async (deaf) => {
  const clock = createVirtualClock();
  const hanging = hangingStore(deaf);
  const store = withRetry(hanging, { clock, random: () => 0, attempts: 3, transferTimeoutMs: 7_000 });
  await expect(clock.run(store.get('key'))).rejects.toMatchObject({
    code: 'store.unreachable',
    facts: { cause: 'no answer within 7000 ms' },
  });
  expect(clock.monotonicMs()).toBe(3 * 7_000);
  expect(hanging.signals).toHaveLength(3);
  expect(hanging.signals.every((signal) => signal?.aborted)).toBe(true);
});

test('an abort ends a hanging attempt at once, even of a deaf store', async () => {
  const reason = new Error('cancelled');
  const caller = new AbortController();
  const store = withRetry(hangingStore(true), { clock: createVirtualClock(), random: () => 0 });
  const call = store.get('key', { signal: caller.signal });
  caller.abort(reason);
  await expect(call).rejects.toBe(reason);
});

test('calls leave no listener on a signal that outlives them', async () => {
  const { signal } = new AbortController();
  const { clock, store } = open({ errors: [unreachable, null, failed, null, null, unreachable, null, null] });
  await clock.run(store.put('key', body, { sha256, ifAbsent: true, signal }));
  await clock.run(store.get('key', { signal }));
  const list = async () => {
    for await (const _ of store.list('', { signal }));
  };
  await clock.run(list());
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
