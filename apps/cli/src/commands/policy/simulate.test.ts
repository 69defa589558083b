import { expect, test } from 'vitest';
import { startFakeScheduler } from '../../../test/fake-scheduler.ts';
import { runCommand } from '../../../test/run-command.ts';

test.each([
  [['policy', 'simulate'], /nothing is supposed/],
  [['policy', 'simulate', '--move', 'shop'], /It must be INSTANCE=REGION/],
  [['policy', 'simulate', 'no-such-file.yaml'], /no-such-file.yaml cannot be read/],
  [['policy', 'simulate', '--down', 'Not A Region'], /down.0: lower-case/],
])('%j is refused before anything is sent', async (words, message) => {
  await using scheduler = await startFakeScheduler({});
  const end = await runCommand(words, { environment: scheduler.environment });
  expect(end).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(message) });
  expect(scheduler.received).toEqual([]);
});
