import { expect, test } from 'vitest';
import { startFakeScheduler } from '../../../test/fake-scheduler.ts';
import { runCommand } from '../../../test/run-command.ts';
import { runId, sampleRegion, sampleRun } from '../../../test/sample-views.ts';

const down = (...ids: string[]) => ids.map((id) => sampleRegion(id, 'down'));

test('where every region is down, nobody says that there is no garbage', async () => {
  await using scheduler = await startFakeScheduler({ 'GET /v1/regions': { body: down('north', 'south') } });
  const end = await runCommand(['garbage', 'list'], { environment: scheduler.environment });
  expect(end).toMatchObject({ exitCode: 0, stdout: 'no region was searched\n' });
  expect(end.stderr).toContain('south was not searched: it is down');
});

test('progress and the result name the region that is searched', async () => {
  const nothing = { points: 0, objects: 0, bytes: 0 };
  const search = sampleRun({ kind: 'garbage', instance: null, point: null });
  await using scheduler = await startFakeScheduler({
    'GET /v1/regions': { body: [sampleRegion('north'), ...down('south')] },
    'POST /v1/garbage/searches': { body: search },
    [`GET /v1/garbage/searches/${runId}`]: {
      body: { region: 'north', search: runId, garbage: [], total: nothing, unclaimed: [], totalUnclaimed: nothing },
    },
  });
  const end = await runCommand(['garbage', 'list'], { environment: scheduler.environment });
  expect(end.stdout).toBe('no garbage in north\n');
  expect(end.stderr).toContain('garbage in north succeeded');
});
