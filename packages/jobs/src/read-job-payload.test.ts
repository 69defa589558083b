import { isCbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { ids } from '../test/sample-runs.ts';
import { readJobPayload } from './read-job-payload.ts';

const runId = ids.runId();

test('a payload names a run and nothing else', () => {
  expect(readJobPayload(runId, { v: 1, runId })).toEqual({ v: 1, runId });
});

test('a payload carries the request of a producer, which somebody else judges', () => {
  const payload = { v: 1, requestId: 'nightly-17', request: { kind: 'backup', instance: 'shop' } };
  expect(readJobPayload('request-nightly-17', payload)).toEqual(payload);
});

test.each([
  ['a later version', { v: 2, runId }, 'its version is 2, this worker knows 1'],
  ['a missing run', { v: 1 }, 'it holds neither {v: 1, runId} nor {v: 1, requestId, request}'],
  ['a run id of another form', { v: 1, runId: '17' }, 'it holds neither {v: 1, runId} nor {v: 1, requestId, request}'],
  ['something more', { v: 1, runId, password: 'hunter2' }, 'it holds neither {v: 1, runId} nor {v: 1, requestId, request}'],
  ['a request without an id', { v: 1, request: { kind: 'backup' } }, 'it holds neither {v: 1, runId} nor {v: 1, requestId, request}'],
  ['nothing', undefined, 'it holds neither {v: 1, runId} nor {v: 1, requestId, request}'],
])('%s is refused without repeating what it held', (_, data, cause) => {
  const refused = readJobPayload('the-job', data);
  expect(isCbcrError(refused, 'run.payload-invalid')).toBe(true);
  expect(refused).toMatchObject({ facts: { job: 'the-job', cause } });
  expect(JSON.stringify(refused)).not.toContain('hunter2');
});
