import { expect, test } from 'vitest';
import { startFakeScheduler } from '../../../test/fake-scheduler.ts';
import { runCommand } from '../../../test/run-command.ts';

const finding = {
  ...{ framework: 'card-data', control: 'minimum-copies', severity: 'critical', instance: 'checkout', region: null, points: 1 },
  ...{ pointIds: [], since: null, evidence: '1 point with 1 of 2 verified copies', mend: 'see the debts of the instance' },
};
const answer = (counts: object, findings: object[]) => ({
  body: {
    ...{ checkedAt: '2027-06-01T12:00:00.000Z', instances: { held: 1, exempt: 0 }, findings, left: 0 },
    counts: { critical: 0, major: 0, minor: 0, unproven: 0, ...counts },
  },
});
const violated = answer({ critical: 1 }, [finding]);

test('findings are shown and end in 0, so that looking is no failure', async () => {
  await using scheduler = await startFakeScheduler({ 'GET /v1/compliance': violated });
  const end = await runCommand(['compliance', 'check'], { environment: scheduler.environment });
  expect(end).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 of 2 verified copies') });
});

test('with --strict a violation ends in 6, in JSON as one document', async () => {
  await using scheduler = await startFakeScheduler({ 'GET /v1/compliance': violated });
  const { environment } = scheduler;
  const shown = await runCommand(['compliance', 'check', '--strict'], { environment });
  expect(shown).toMatchObject({ exitCode: 6, stdout: expect.stringContaining('1 of 2 verified copies') });
  expect(shown.stderr).toContain('compliance.violated');
  const { exitCode, stdout } = await runCommand(['--json', 'compliance', 'check', '--strict'], { environment });
  expect(exitCode).toBe(6);
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'compliance.violated',
    problems: [{ path: 'checkout.card-data.minimum-copies', hint: finding.mend }],
  });
});

test('what is merely unproven does not fail --strict, and is shown', async () => {
  const unproven = answer({ unproven: 1 }, [{ ...finding, severity: 'unproven', evidence: 'cannot be shown: nobody knows' }]);
  await using scheduler = await startFakeScheduler({ 'GET /v1/compliance': unproven });
  const end = await runCommand(['compliance', 'check', '--strict'], { environment: scheduler.environment });
  expect(end).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('cannot be shown: nobody knows') });
});
