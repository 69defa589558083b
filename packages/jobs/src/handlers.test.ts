import { expect, test, vi } from 'vitest';
import { sampleKinds, sampleRegion, sampleRun } from '../test/sample-runs.ts';
import { silentLog as log } from '../test/silent-log.ts';
import { bindHandlers } from './handlers.ts';
import { jobKinds } from './kinds/index.ts';

const contextOf = (params: unknown) => ({
  run: sampleRun(),
  params,
  region: sampleRegion,
  epoch: 1,
  signal: new AbortController().signal,
  heldAtMs: () => 0,
  progress: () => undefined,
  log,
});
const never = () => Promise.reject(new Error('is not called'));
/** What a caller without a type checker could pass. */
const loosely = (kinds: object, handlers: object) => Reflect.apply(bindHandlers, undefined, [kinds, handlers]);

test('each kind is joined with its handler', async () => {
  const [bound] = bindHandlers(sampleKinds, { copying: async ({ params }) => ({ done: params.size + 1 }) });
  expect(bound?.kind.name).toBe('copying');
  expect(await bound?.perform(contextOf({ size: 4 }))).toEqual({ done: 5 });
});

test('every kind of the catalogue can be bound', () => {
  const handlers = {
    ...{ backup: never, garbage: never, hold: never, probe: never },
    ...{ replicate: never, restore: never, retention: never, verify: never },
  };
  expect(bindHandlers(jobKinds, handlers).map(({ kind }) => kind.name)).toEqual(Object.keys(jobKinds));
});

test.each([
  ['a kind without a handler', sampleKinds, {}, 'copying has no handler'],
  ['a handler without a kind', sampleKinds, { copying: never, sorting: never }, 'handler sorting belongs to no kind'],
  ['a kind under another name', { moving: sampleKinds.copying }, { moving: never }, 'copying is listed as moving'],
])('%s is refused at start-up', (_, kinds, handlers, cause) => {
  expect(() => loosely(kinds, handlers)).toThrow(expect.objectContaining({ code: 'run.handlers-mismatched', facts: { cause } }));
});

test('parameters go through the schema before the handler sees them, and their values stay out of the error', () => {
  const [bound] = bindHandlers(sampleKinds, { copying: never });
  expect(bound?.readParams(sampleRun({ params: { size: 4 } }))).toEqual({ size: 4 });
  const refused = vi.fn(() => bound?.readParams(sampleRun({ params: { size: 'hunter2' } })));
  expect(refused).toThrow(expect.objectContaining({ code: 'run.payload-invalid', message: expect.stringContaining('size: invalid_type') }));
  expect(refused).not.toThrow(/hunter2/);
});
