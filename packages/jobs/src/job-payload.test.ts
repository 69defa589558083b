import { isCbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { ids } from '../test/sample-runs.ts';
import { readJobPayload } from './job-payload.ts';

const runId = ids.runId();

test('a payload names a run and nothing else', () => {
  expect(readJobPayload(runId, { v: 1, runId })).toEqual({ v: 1, runId });
});

test.each([
  ['a later version', { v: 2, runId }, 'its version is 2, this worker knows 1'],
  ['a missing run', { v: 1 }, 'it does not hold {v: 1, runId}'],
  ['a run id of another form', { v: 1, runId: '17' }, 'it does not hold {v: 1, runId}'],
  ['something more', { v: 1, runId, password: 'hunter2' }, 'it does not hold {v: 1, runId}'],
  ['nothing', undefined, 'it does not hold {v: 1, runId}'],
])('%s is refused without repeating what it held', (_, data, cause) => {
  const refused = readJobPayload('the-job', data);
  expect(isCbcrError(refused, 'run.payload-invalid')).toBe(true);
  expect(refused).toMatchObject({ facts: { job: 'the-job', cause } });
  expect(JSON.stringify(refused)).not.toContain('hunter2');
});
