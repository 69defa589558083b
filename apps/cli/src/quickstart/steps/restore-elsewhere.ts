import { CbcrError } from '@cbcr/domain';
import { createTestDatabase } from '@cbcr/testkit';
import { followToSuccess } from '../../follow-run.ts';
import { describeRestorePlan } from '../../output/describe-restore-plan.ts';
import { durationOf } from '../back-up-now.ts';
import type { OutageStory, RestoredStory, StepOutcome } from '../story.ts';
import { withinBudget } from '../within-budget.ts';

const restoreSeconds = 180;
const targetName = 'shop_restored';

/** The workers of a region that is neither home nor away bring the newest point into an empty database. */
export async function restoreElsewhere(story: OutageStory): Promise<StepOutcome<RestoredStory>> {
  const { cli, client, file, instance, lostRegion } = story;
  const to = instance.placement.placed.map(({ region }) => region).find((region) => region !== instance.home && region !== lostRegion);
  if (to === undefined) throw new CbcrError('cli.unexpected', { cause: 'no third region is left to restore into' });
  const [target, plan] = await Promise.all([
    createTestDatabase(file.customerAdminUrl, { name: targetName }),
    client.planRestore({ instance: instance.id, to }),
  ]);
  cli.out.say([describeRestorePlan(plan), '']);
  const started = await client.startRestore({ instance: instance.id, to, point: plan.point, target: target.url, jobs: 2 });
  const run = await withinBudget(cli, restoreSeconds, 'the restore has not ended', (limited) => followToSuccess(limited, client, started));
  const best = plan.ranking[0]?.region ?? 'no region';
  return {
    result: `the newest point is in ${targetName}, by the workers of ${to}, from the copy in ${best}`,
    transfer: { bytes: plan.plaintextBytes, ms: durationOf(run) },
    next: { ...story, restoredUrl: target.url },
  };
}
