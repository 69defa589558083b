import { Readable } from 'node:stream';
import { isCbcrError } from '@cbcr/domain';
import { expect, it } from 'vitest';
import type { RestoreOwner } from '../engine.ts';
import { type CapturedParts, type EngineBench, restoreSourceOf } from './bench.ts';

/** A restore of run_1 that stops in the middle of one stream until it is told to go on: what a frozen worker looks like to the target. */
function startHeld(bench: EngineBench, target: string, parts: CapturedParts, stream: string, owner: RestoreOwner) {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  async function* half(whole: Buffer) {
    const middle = Math.floor(whole.length / 2);
    yield whole.subarray(0, middle);
    reached.resolve();
    await goOn.promise;
    yield whole.subarray(middle);
  }
  const source = restoreSourceOf(bench.fixture, parts, (name, whole) =>
    name === stream ? Readable.from(half(whole), { highWaterMark: 1 }) : undefined,
  );
  const ended = bench.restore(target, source, { owner });
  ended.catch(() => undefined);
  return { reached: Promise.race([reached.promise, ended]), goOn: goOn.resolve, ended };
}

export function itIsTakenOver(current: () => EngineBench): void {
  const first = { id: 'run_1', attempt: 1 };
  const second = { id: 'run_1', attempt: 2 };

  it('is not changed by an attempt that was overtaken amid any stream and goes on later', async () => {
    const bench = current();
    const { fixture } = bench;
    const source = await fixture.makeSource('rich');
    const parts = await bench.captureAll(source);
    for (const stream of parts.streams.keys()) {
      const target = await fixture.makeEmptyTarget();
      const frozen = startHeld(bench, target, parts, stream, first);
      await frozen.reached;
      const newer = startHeld(bench, target, parts, stream, second);
      await newer.reached;
      frozen.goOn();
      const failure = await bench.failureOf(frozen.ended);
      expect(isCbcrError(failure) && failure.code).toMatch(/^(run\.lost|engine\.restore-failed)$/);
      newer.goOn();
      await newer.ended;
      expect(await fixture.compare(source, target)).toEqual([]);
      await fixture.engine.inspect(target, await bench.context());
    }
  });

  it('is not begun by an attempt that finds a later one there', async () => {
    const bench = current();
    const { fixture } = bench;
    const source = await fixture.makeSource('rich');
    const parts = await bench.captureAll(source);
    const [stream = ''] = [...parts.streams.keys()].slice(-1);
    const target = await fixture.makeEmptyTarget();
    const newer = startHeld(bench, target, parts, stream, second);
    await newer.reached;
    const late = await bench.failureOf(bench.restore(target, restoreSourceOf(fixture, parts), { owner: first }));
    expect(isCbcrError(late, 'run.lost')).toBe(true);
    newer.goOn();
    await newer.ended;
    expect(await fixture.compare(source, target)).toEqual([]);
  });

  it('ends for a restore whose target another one was allowed to empty', async () => {
    const bench = current();
    const { fixture } = bench;
    const source = await fixture.makeSource('rich');
    const parts = await bench.captureAll(source);
    const [stream = ''] = [...parts.streams.keys()].slice(-1);
    const target = await fixture.makeEmptyTarget();
    const old = startHeld(bench, target, parts, stream, first);
    await old.reached;
    const clean = fixture.nameOf(target);
    await bench.restore(target, restoreSourceOf(fixture, parts), { clean, owner: { id: 'run_2', attempt: 1 } });
    old.goOn();
    expect(isCbcrError(await bench.failureOf(old.ended), 'engine.restore-failed')).toBe(true);
    expect(await fixture.compare(source, target)).toEqual([]);
  });
}
