import { expect, test } from 'vitest';
import { startFakeScheduler } from '../../../test/fake-scheduler.ts';
import { runCommand } from '../../../test/run-command.ts';

const event = {
  ...{ id: 7, at: '2027-01-31T12:00:00.000Z', actor: 'ada', action: 'hold.placed', subject: 'H-1', facts: { reason: 'a case' } },
  ...{ prevHash: 'a'.repeat(64), hash: 'b'.repeat(64) },
};

test('events are listed by subject, action and moment', async () => {
  const query = 'subject=H-1&since=2027-01-01T00%3A00%3A00.000Z&until=2027-02-01T08%3A30%3A00.000Z';
  await using scheduler = await startFakeScheduler({ [`GET /v1/audit?${query}`]: { body: [event] } });
  const { environment } = scheduler;
  const words = ['audit', 'list', '--subject', 'H-1', '--since', '2027-01-01', '--until', '2027-02-01T09:30+01:00'];
  expect(await runCommand(words, { environment })).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"reason":"a case"') });
  expect(JSON.parse((await runCommand(['--json', ...words], { environment })).stdout)).toEqual([event]);
  expect(await runCommand(['audit', 'list', '--since', 'yesterday'], { environment })).toMatchObject({ exitCode: 2 });
});

test('a chain that is whole ends in 0 and gives its end, a broken one in 6 and names the event', async () => {
  const whole = { events: 7, last: { id: 7, hash: event.hash }, broken: null };
  const broken = { events: 5, last: null, broken: { kind: 'changed', id: 5, detail: 'event 5 does not say what it said' } };
  await using scheduler = await startFakeScheduler({ 'GET /v1/audit/verification': [{ body: whole }, { body: broken }] });
  const { environment } = scheduler;
  expect(await runCommand(['audit', 'verify'], { environment })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`7:${event.hash}`),
  });
  const end = await runCommand(['audit', 'verify'], { environment });
  expect(end).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('event 5 does not say what it said (changed, event 5)') });
});
