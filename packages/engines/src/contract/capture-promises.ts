import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { CbcrError, isCbcrError } from '@cbcr/domain';
import { expect, it } from 'vitest';
import type { Capture } from '../engine.ts';
import { type EngineBench, measure, readAll } from './bench.ts';
import { listChildren } from './children.ts';

/** Two seconds are promised; a machine that has other work gets more. */
const abortLimitMs = 20_000;

/** A capture whose largest stream has begun to flow and is held there. */
async function startFlowing(bench: EngineBench, source: string, signal?: AbortSignal): Promise<{ capture: Capture; flowing: Readable }> {
  const capture = await bench.startCapture(source, signal);
  for (const stream of capture.streams) {
    const flowing = stream.open();
    flowing.on('error', () => undefined);
    let seenBytes = 0;
    for await (const chunk of flowing.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      seenBytes += chunk.length;
      if (seenBytes > 1024 * 1024) return { capture, flowing };
    }
  }
  throw new Error('the source is not large enough to be caught in the middle');
}

export function itCaptures(current: () => EngineBench): void {
  it('names its streams, and never calls a capture whole before each was read to its end', async () => {
    const bench = current();
    const capture = await bench.startCapture(await bench.fixture.makeSource('rich'));
    const names = capture.streams.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]{1,63}$/);
    expect(isCbcrError(await bench.failureOf(capture.finish()), 'engine.capture-failed')).toBe(true);
    await capture.dispose();
  });

  it('ends its children within two seconds of an abort, and everything pending rejects with the reason', async () => {
    const bench = current();
    const aborter = new AbortController();
    const { capture, flowing } = await startFlowing(bench, await bench.fixture.makeSource('large'), aborter.signal);
    const reason = new CbcrError('run.cancelled', { by: 'a test' });
    const tookMs = await measure(async () => {
      aborter.abort(reason);
      expect(await bench.failureOf(readAll(flowing))).toBe(reason);
      expect(await bench.failureOf(capture.finish())).toBe(reason);
      await capture.dispose();
    });
    expect(await listChildren()).toEqual([]);
    expect(tookMs).toBeLessThan(abortLimitMs);
  });

  it('does not begin after an abort', async () => {
    const bench = current();
    const reason = new CbcrError('run.cancelled', { by: 'a test' });
    expect(await bench.failureOf(bench.startCapture(await bench.fixture.makeSource('empty'), AbortSignal.abort(reason)))).toBe(reason);
  });

  it('fails the stream, and never ends it, when the producer dies in the middle', async () => {
    const bench = current();
    const source = await bench.fixture.makeSource('large');
    const { capture, flowing } = await startFlowing(bench, source);
    let ended = false;
    flowing.on('end', () => {
      ended = true;
    });
    await bench.fixture.killProducer(source);
    const failure = await bench.failureOf(readAll(flowing));
    expect(isCbcrError(failure)).toBe(true);
    expect(ended).toBe(false);
    expect(isCbcrError(await bench.failureOf(capture.finish()))).toBe(true);
    await capture.dispose();
  });

  it('ends its children when a reader gives up, and does not call that a capture', async () => {
    const bench = current();
    const { capture, flowing } = await startFlowing(bench, await bench.fixture.makeSource('large'));
    flowing.destroy();
    await once(flowing, 'close');
    expect(await listChildren()).toEqual([]);
    expect(isCbcrError(await bench.failureOf(capture.finish()))).toBe(true);
    await capture.dispose();
  });

  it('leaves nothing behind when it is disposed of in the middle', async () => {
    const bench = current();
    const { capture, flowing } = await startFlowing(bench, await bench.fixture.makeSource('large'));
    await capture.dispose();
    await bench.failureOf(readAll(flowing));
    expect(await listChildren()).toEqual([]);
  });

  it('keeps secrets off the command lines while it works', async () => {
    const bench = current();
    const { capture } = await startFlowing(bench, await bench.fixture.makeSource('large'));
    await bench.look();
    await capture.dispose();
    expect(bench.leaks()).toEqual([]);
  });
}
