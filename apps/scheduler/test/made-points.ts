import { createHash } from 'node:crypto';
import type { CapturedCopy, PointRecord } from '@cbcr/catalog';
import type { InstanceId } from '@cbcr/domain';
import { readDecisionFacts } from '@cbcr/operations';
import type { SchedulerStage } from './stage.ts';
import { shop } from './stage.ts';

/** A complete point as a backup leaves it: in each placed region the copy is what `stateOf` says. */
export async function makePoint(
  stage: SchedulerStage,
  stateOf: (region: string) => CapturedCopy['state'],
  instance: InstanceId = shop,
): Promise<PointRecord> {
  const { catalog } = stage;
  const clock = stage.clock;
  const { placement, policy, policyHash } = await readDecisionFacts({ catalog, clock, tuning: { workerStaleMs: 60_000 } }, instance);
  const { run } = await catalog.runs.create({ kind: 'backup', region: stage.home, instance, params: {}, requestedBy: 'test' });
  const opened = await catalog.ledger.open(run.id, 'worker of the test');
  if (opened === null) throw new Error('a new run can be opened');
  const writer = { run: run.id, epoch: opened.epoch };
  const { synchronousMinimum } = policy.placement;
  const capture = { ...writer, instance, engine: 'postgres', capturedAt: clock.now(), policyHash, placement, synchronousMinimum };
  const { id } = await catalog.points.begin(capture);
  const point = await catalog.points.complete({
    ...writer,
    point: id,
    plaintextBytes: 1000,
    storedBytes: 400,
    manifestSha256: createHash('sha256').update(id).digest('hex'),
    copies: placement.placed.map(({ region }) => ({
      region,
      state: stateOf(region),
      reason: { rule: 'test', text: 'as the test wants it' },
      storedBytes: 400,
    })),
  });
  await catalog.ledger.succeed(run.id, opened.epoch, {});
  return point;
}
