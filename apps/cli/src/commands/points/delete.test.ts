import { describe, expect, test } from 'vitest';
import { startFakeScheduler } from '../../../test/fake-scheduler.ts';
import { runCommand } from '../../../test/run-command.ts';
import { pointId, samplePoint } from '../../../test/sample-views.ts';

describe('cbcr points delete --yes', () => {
  const planned = (region: string, allowed: boolean) => ({
    ...{ point: pointId, instance: 'shop', region, allowed, marked: allowed },
    reasons: [{ rule: 'last-good', text: allowed ? 'another remains' : 'it is of the last good point', allows: allowed }],
  });
  const routes = (...body: object[]) => ({
    [`POST /v1/points/${pointId}/deletion`]: { body },
    [`GET /v1/points/${pointId}`]: { body: samplePoint() },
  });
  const words = ['points', 'delete', pointId, '--reason', 'x', '--yes'];

  test('ends in 4 when no copy goes, with every reason, for people and for programs', async () => {
    await using scheduler = await startFakeScheduler(routes(planned('north', false), planned('south', false)));
    const { environment } = scheduler;
    const end = await runCommand(words, { environment });
    expect(end).toMatchObject({ exitCode: 4, stdout: expect.stringMatching(/north +NO +nothing +it is of the last good point/) });
    expect(end.stderr).toContain(`No copy of ${pointId} goes: it is of the last good point. [copy.deletion-refused]`);
    const { exitCode, stdout } = await runCommand([...words, '--json'], { environment });
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      4,
      { error: { code: 'copy.deletion-refused' }, result: [{ region: 'north' }, {}] },
    ]);
  });

  test('says so when a part of it stays', async () => {
    await using scheduler = await startFakeScheduler(routes(planned('north', true), planned('south', false)));
    const end = await runCommand(words, { environment: scheduler.environment });
    expect(end).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('partly refused: what stays is in south') });
  });
});
