import { describe, expect, test } from 'vitest';
import { startFakeScheduler } from '../../../test/fake-scheduler.ts';
import { runCommand } from '../../../test/run-command.ts';
import { runId, sampleRegion, sampleRun } from '../../../test/sample-views.ts';

describe('cbcr regions probe', () => {
  const regions = { 'GET /v1/regions': { body: [sampleRegion('north'), sampleRegion('south', 'down')] } };
  const probed = sampleRun({ kind: 'probe', instance: null, point: null, result: { objectLock: true, location: null } });
  const routes = {
    ...regions,
    'POST /v1/probes': { body: { ...probed, state: 'queued', result: null } },
    [`GET /v1/runs/${runId}`]: { body: probed },
  };

  test('--wait does not wait for a region that is down, and says so', async () => {
    await using scheduler = await startFakeScheduler(routes);
    const end = await runCommand(['regions', 'probe', '--wait'], { environment: scheduler.environment });
    expect(end).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/result +object lock yes\n +location –/) });
    expect(end.stderr).toContain('warning: south was not probed: it is down: no worker has reported');
    expect(end.stderr).toContain('probe in north');
    expect(scheduler.received.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([{ region: 'north' }]);
  });

  test('of a region that is named asks it, down or not', async () => {
    await using scheduler = await startFakeScheduler(routes);
    const end = await runCommand(['regions', 'probe', 'south'], { environment: scheduler.environment });
    expect(end).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('its probe waits until it is back') });
    expect(scheduler.received.at(-1)?.body).toEqual({ region: 'south' });
  });
});
