import { CbcrError, type ErrorCode, errorCatalogue } from '@cbcr/domain';
import { describe, expect, test } from 'vitest';
import { sampleRegion } from '../test/sample-runs.ts';
import { decideOutcome, type OutcomeFacts } from './run-outcome.ts';
import { defaultRuntimeTiming } from './runtime-timing.ts';

const run = 'run_01';
const errors = {
  never: new CbcrError('store.denied', { region: sampleRegion, operation: 'put', cause: 'the key is unknown' }),
  attempt: new CbcrError('run.unexpected', { cause: 'a defect' }),
  outage: new CbcrError('store.unreachable', { region: sampleRegion, cause: 'down' }),
  cancel: new CbcrError('run.cancelled', { by: 'request' }),
  lost: new CbcrError('run.lost', { run }),
};
const handedBack = new CbcrError('run.handed-back', { run });

const facts = (changes: Partial<OutcomeFacts>): OutcomeFacts => ({
  end: { type: 'returned', result: { done: 1 } },
  abortReason: null,
  attempts: 0,
  maxAttempts: 3,
  outages: 0,
  now: new Date(0),
  random: () => 0,
  timing: defaultRuntimeTiming,
  ...changes,
});
const threw = (error: unknown, changes: Partial<OutcomeFacts> = {}) => decideOutcome(facts({ end: { type: 'threw', error }, ...changes }));

describe('a handler that returned', () => {
  test.each([
    [null, 'succeeded'],
    [errors.cancel, 'succeeded'],
    [handedBack, 'succeeded'],
    [errors.outage, 'succeeded'],
    [errors.lost, 'lost'],
  ] as const)('while the run was told to stop by %s: %s', (abortReason, type) => {
    expect(decideOutcome(facts({ abortReason })).type).toBe(type);
  });
});

describe('a handler that threw', () => {
  test.each([
    ['never', 'failed'],
    ['attempt', 'retried'],
    ['outage', 'waiting'],
    ['cancel', 'cancelled'],
    ['lost', 'lost'],
  ] as const)('an error that is treated as %s: %s', (treatment, type) => {
    expect(errors[treatment].treatment).toBe(treatment);
    expect(threw(errors[treatment])).toMatchObject({ type, error: errors[treatment] });
  });

  test('anything else than a CbcrError: a defect', () => {
    expect(threw(new TypeError('x is not a function'))).toMatchObject({ type: 'retried', error: { code: 'run.unexpected' } });
    expect(threw('a string')).toMatchObject({ type: 'retried', error: { code: 'run.unexpected' } });
  });

  test('because it was told to stop: the reason counts, not what it threw on its way out', () => {
    expect(threw(new DOMException('aborted', 'AbortError'), { abortReason: errors.cancel }).type).toBe('cancelled');
    expect(threw(errors.never, { abortReason: errors.lost }).type).toBe('lost');
    expect(threw(errors.never, { abortReason: handedBack }).type).toBe('handed-back');
  });
});

test('a defect burns the last attempt: the run fails', () => {
  expect([0, 1, 2, 3].map((attempts) => threw(errors.attempt, { attempts }).type)).toEqual(['retried', 'retried', 'failed', 'failed']);
});

test('an outage waits longer each time and never counts, however often', () => {
  const pauses = [0, 1, 2, 3, 50].map((outages) => {
    const outcome = threw(errors.outage, { outages, attempts: 2 });
    return outcome.type === 'waiting' ? outcome.notBefore.getTime() : null;
  });
  expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 30_000]);
});

test('a handler that was left behind ends by the reason it ignored', () => {
  const end = { type: 'abandoned' } as const;
  expect(decideOutcome(facts({ end, abortReason: errors.cancel })).type).toBe('cancelled');
  expect(decideOutcome(facts({ end, abortReason: handedBack })).type).toBe('handed-back');
  expect(decideOutcome(facts({ end, abortReason: errors.lost })).type).toBe('lost');
});

test('every code of the catalogue has an outcome', () => {
  for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
    const anyFacts = new Proxy({}, { get: () => 'x', has: () => true });
    expect(threw(new CbcrError(code, anyFacts as never)).type).toBeDefined();
  }
});
