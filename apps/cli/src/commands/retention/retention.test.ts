import { expect, test } from 'vitest';
import { startFakeScheduler } from '../../../test/fake-scheduler.ts';
import { runCommand } from '../../../test/run-command.ts';

test('retention confirm says until when, that nothing waited for it, and what is stopped all the same', async () => {
  const stopped = [{ instance: 'shop', reasons: [{ rule: 'clock-doubt', text: 'the time is in doubt' }] }];
  const body = { scope: 'instance:shop', until: '2027-01-31T12:00:00.000Z', waited: false, stopped };
  await using scheduler = await startFakeScheduler({ 'POST /v1/deletions/confirmations': { body } });
  const { stdout } = await runCommand(['retention', 'confirm', 'instance:shop', '--reason', 'x'], { environment: scheduler.environment });
  expect(stdout).toContain(
    'confirmed until 2027-01-31 12:00:00Z\nnothing was stopped that this lets go on\nstill nothing of shop expires: the time is in doubt',
  );
});

test('a round is either really or a dry run', async () => {
  const end = await runCommand(['retention', 'run', '--yes', '--dry-run']);
  expect(end).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes and --dry-run contradict each other') });
});

test('what is marked is listed with until when its bytes stay', async () => {
  const marked = {
    ...{ id: 1, point: 'rp_1', instance: 'shop', region: 'north', purpose: 'retention', requestedBy: 'reconciler', requestReason: null },
    ...{ reasons: [], plannedAt: '2027-01-31T12:00:00.000Z', notBefore: '2027-02-07T12:00:00.000Z', begunAt: null },
    ...{ versionsDeleted: 0, bytesDeleted: 0, goneAt: null, keptAt: null },
  };
  await using scheduler = await startFakeScheduler({ 'GET /v1/deletions?limit=1000': { body: [marked] } });
  const { stdout } = await runCommand(['retention', 'pending'], { environment: scheduler.environment });
  expect(stdout).toMatch(/BYTES STAY UNTIL.*\n.*2027-01-31 12:00:00Z +2027-02-07 12:00:00Z/);
});
