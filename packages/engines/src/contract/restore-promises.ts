import { PassThrough, Readable } from 'node:stream';
import { CbcrError, isCbcrError } from '@cbcr/domain';
import { expect, it } from 'vitest';
import type { RestoreOwner } from '../engine.ts';
import { type CapturedParts, type EngineBench, largestStream, measure, pieces, restoreSourceOf } from './bench.ts';
import { listChildren } from './children.ts';

/** Two seconds are promised; a machine that has other work gets more. */
const abortLimitMs = 20_000;

export function itRestores(current: () => EngineBench): void {
  it.each(['rich', 'empty'] as const)('brings a %s source back as it was', async (kind) => {
    const { fixture, ...bench } = bound(current());
    const source = await fixture.makeSource(kind);
    const parts = await bench.captureAll(source);
    const target = await fixture.makeEmptyTarget();
    await fixture.engine.checkTarget(target, await bench.context());
    await bench.restore(target, restoreSourceOf(fixture, parts));
    expect(await fixture.compare(source, target)).toEqual([]);
    expect(await looksUntouchable(current(), target)).toBe(false);
  });

  it('refuses a target that is not empty and changes nothing in it', async () => {
    const { fixture, ...bench } = bound(current());
    const parts = await bench.captureAll(await fixture.makeSource('rich'));
    const target = await fixture.makeSource('rich');
    const before = await fixture.fingerprint(target);
    const context = await bench.context();
    expect(isCbcrError(await bench.failureOf(fixture.engine.checkTarget(target, context)), 'engine.target-not-empty')).toBe(true);
    const failure = await bench.failureOf(bench.restore(target, restoreSourceOf(fixture, parts)));
    expect(isCbcrError(failure, 'engine.target-not-empty')).toBe(true);
    expect(await fixture.fingerprint(target)).toBe(before);
  });

  it('empties a target whose exact name confirms it, and touches nothing when another name is given', async () => {
    const { fixture, ...bench } = bound(current());
    const source = await fixture.makeSource('rich');
    const parts = await bench.captureAll(source);
    const target = await fixture.makeSource('rich');
    const before = await fixture.fingerprint(target);
    for (const clean of ['', `${fixture.nameOf(target)} `, fixture.nameOf(source)]) {
      const context = await bench.context();
      const failures = await Promise.all([
        bench.failureOf(fixture.engine.checkTarget(target, context, { clean })),
        bench.failureOf(bench.restore(target, restoreSourceOf(fixture, parts), { clean })),
      ]);
      for (const failure of failures) expect(isCbcrError(failure, 'engine.clean-unconfirmed')).toBe(true);
    }
    expect(await fixture.fingerprint(target)).toBe(before);

    const clean = fixture.nameOf(target);
    await fixture.engine.checkTarget(target, await bench.context(), { clean });
    await bench.restore(target, restoreSourceOf(fixture, parts), { clean });
    expect(await fixture.compare(source, target)).toEqual([]);
    expect(await looksUntouchable(current(), target)).toBe(false);
  });

  it('makes a target whole that an earlier restore left incomplete, when its name confirms it', async () => {
    const bench = current();
    const { fixture } = bench;
    const source = await fixture.makeSource('rich');
    const parts = await bench.captureAll(source);
    const target = await fixture.makeEmptyTarget();
    const broken = restoreSourceOf(fixture, parts, (_name, whole) => Readable.from(pieces(whole.subarray(0, whole.length - 1))));
    await bench.failureOf(bench.restore(target, broken));
    await bench.restore(target, restoreSourceOf(fixture, parts), { clean: fixture.nameOf(target) });
    expect(await fixture.compare(source, target)).toEqual([]);
  });

  it('lets the owner of an incomplete restore begin again, and nobody else', async () => {
    const bench = current();
    const { fixture } = bench;
    const source = await fixture.makeSource('rich');
    const parts = await bench.captureAll(source);
    const target = await fixture.makeEmptyTarget();
    const broken = restoreSourceOf(fixture, parts, (_name, whole) => Readable.from(pieces(whole.subarray(0, whole.length - 1))));
    await bench.failureOf(bench.restore(target, broken, { owner: { id: 'run_1', attempt: 1 } }));
    const before = await fixture.fingerprint(target);
    for (const owner of [undefined, { id: 'run_2', attempt: 2 }, { id: 'run_11', attempt: 2 }]) {
      const failure = await bench.failureOf(bench.restore(target, restoreSourceOf(fixture, parts), { owner }));
      expect(isCbcrError(failure, 'engine.target-not-empty')).toBe(true);
    }
    expect(await fixture.fingerprint(target)).toBe(before);
    await fixture.engine.checkTarget(target, await bench.context(), { owner: { id: 'run_1', attempt: 2 } });
    await bench.restore(target, restoreSourceOf(fixture, parts), { owner: { id: 'run_1', attempt: 2 } });
    expect(await fixture.compare(source, target)).toEqual([]);
    expect(await looksUntouchable(bench, target)).toBe(false);
  });

  it('knows by its receipt whether it completed the target, when it is cut off just before and just after', async () => {
    const bench = current();
    const { fixture } = bench;
    const { engine } = fixture;
    const [first, second, third] = [1, 2, 3].map((attempt) => ({ id: 'run_1', attempt })) as [RestoreOwner, RestoreOwner, RestoreOwner];
    const source = await fixture.makeSource('rich');
    const parts = await bench.captureAll(source);
    const target = await fixture.makeEmptyTarget();
    const receipts: string[] = [];
    const keep = async (receipt: string) => {
      bench.hear(receipt);
      receipts.push(receipt);
    };
    const isRestored = async (receipt: string | undefined) =>
      await engine.isRestored(target, await bench.context(), { owner: third, receipt: receipt ?? 'none' });
    const died = new CbcrError('run.lost', { run: first.id });
    const cutOff = async (receipt: string) => {
      await keep(receipt);
      throw died;
    };

    expect(await bench.failureOf(bench.restore(target, restoreSourceOf(fixture, parts), { owner: first, beforeComplete: cutOff }))).toBe(
      died,
    );
    expect(await isRestored(receipts[0])).toBe(false);
    expect(await looksUntouchable(bench, target)).toBe(true);

    await bench.restore(target, restoreSourceOf(fixture, parts), { owner: second, beforeComplete: keep });
    expect(receipts).toHaveLength(2);
    expect(await isRestored(receipts[1])).toBe(true);
    for (const other of ['', 'no receipt', '1 1']) expect(await isRestored(other)).toBe(false);
    expect(
      await engine.isRestored(await fixture.makeEmptyTarget(), await bench.context(), { owner: third, receipt: receipts[1] ?? '' }),
    ).toBe(false);
    expect(await fixture.compare(source, target)).toEqual([]);
    expect(await looksUntouchable(bench, target)).toBe(false);
  });

  it('never overwrites what was captured, not even when its name confirms it', async () => {
    const { fixture, ...bench } = bound(current());
    const source = await fixture.makeSource('rich');
    const parts = await bench.captureAll(source);
    const before = await fixture.fingerprint(source);
    for (const clean of [undefined, fixture.nameOf(source)]) {
      const context = await bench.context();
      const failures = await Promise.all([
        bench.failureOf(bench.restore(source, restoreSourceOf(fixture, parts), { clean })),
        bench.failureOf(fixture.engine.checkTarget(source, context, { clean, facts: parts.facts })),
      ]);
      for (const failure of failures) expect(isCbcrError(failure, 'engine.target-is-source')).toBe(true);
    }
    expect(await fixture.fingerprint(source)).toBe(before);
  });

  it.each([0, 0.5, 0.999])('leaves a target that cannot be mistaken for a complete one when a stream ends after %f of it', async (part) => {
    const bench = current();
    const parts = await bench.captureAll(await bench.fixture.makeSource('rich'));
    for (const name of parts.streams.keys()) {
      const failure = await restoreFaulty(bench, parts, name, (whole) => Readable.from(pieces(whole.subarray(0, whole.length * part))));
      expect(isCbcrError(failure, 'engine.restore-failed')).toBe(true);
    }
  });

  it('passes on the error of a stream that cannot be trusted, and leaves a target that is not complete', async () => {
    const bench = current();
    const parts = await bench.captureAll(await bench.fixture.makeSource('rich'));
    const reason = new CbcrError('format.unreadable', { point: 'a point', cause: 'every copy failed' });
    for (const name of parts.streams.keys()) {
      const failure = await restoreFaulty(bench, parts, name, (whole) => Readable.from(failingAtEnd(whole, reason)));
      expect(failure).toBe(reason);
    }
  });

  it('ends its children within two seconds of an abort and leaves a target that is not complete', async () => {
    const bench = current();
    const { fixture } = bench;
    const parts = await bench.captureAll(await fixture.makeSource('large'));
    const target = await fixture.makeEmptyTarget();
    const aborter = new AbortController();
    const reason = new CbcrError('run.cancelled', { by: 'a test' });
    const held = new PassThrough();
    const opened = Promise.withResolvers<void>();
    const source = restoreSourceOf(fixture, parts, (name, whole) => {
      if (name !== largestStream(parts)) return undefined;
      // The first half arrives, the second never does.
      held.write(whole.subarray(0, whole.length / 2), () => opened.resolve());
      return held;
    });
    const failure = bench.failureOf(bench.restore(target, source, { signal: aborter.signal }));
    await Promise.race([opened.promise, failure]);
    await bench.look();
    const tookMs = await measure(async () => {
      aborter.abort(reason);
      expect(await failure).toBe(reason);
    });
    expect(await listChildren()).toEqual([]);
    expect(tookMs).toBeLessThan(abortLimitMs);
    expect(await looksUntouchable(bench, target)).toBe(true);
  });
}

/** Restores with a fault in one stream; the target must look incomplete afterwards. Gives the failure. */
async function restoreFaulty(bench: EngineBench, parts: CapturedParts, name: string, fault: (whole: Buffer) => Readable): Promise<unknown> {
  const target = await bench.fixture.makeEmptyTarget();
  let injected = false;
  const source = restoreSourceOf(bench.fixture, parts, (stream, whole) => {
    if (stream !== name) return undefined;
    injected = true;
    return fault(whole);
  });
  const failure = await bench.failureOf(bench.restore(target, source));
  expect(injected).toBe(true);
  expect(await looksUntouchable(bench, target)).toBe(true);
  return failure;
}

/** An incomplete target is refused both as a target and as a source, and says so. */
async function looksUntouchable(bench: EngineBench, target: string): Promise<boolean> {
  const context = await bench.context();
  const { engine } = bench.fixture;
  const inspected = await engine.inspect(target, context).catch((error: unknown) => error);
  if (!isCbcrError(inspected, 'engine.source-incomplete')) return false;
  expect(isCbcrError(await bench.failureOf(bench.startCapture(target)), 'engine.source-incomplete')).toBe(true);
  const failure = await bench.failureOf(engine.checkTarget(target, context));
  return isCbcrError(failure, 'engine.target-not-empty') && failure.message.includes('incomplete restore');
}

function* failingAtEnd(whole: Buffer, reason: Error): Generator<Buffer> {
  yield* pieces(whole);
  throw reason;
}

function bound(bench: EngineBench) {
  return {
    fixture: bench.fixture,
    captureAll: bench.captureAll.bind(bench),
    context: bench.context.bind(bench),
    failureOf: bench.failureOf.bind(bench),
    restore: bench.restore.bind(bench),
  };
}
