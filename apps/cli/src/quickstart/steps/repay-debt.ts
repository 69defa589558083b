import type { CbcrClient } from '@cbcr/client';
import type { Cli } from '../../cli.ts';
import { describeProgress } from '../../follow-run.ts';
import { describeCopies } from '../../output/describe-point.ts';
import type { OutageStory, StepOutcome } from '../story.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { withinBudget } from '../within-budget.ts';

const repaySeconds = 120;
const pollMs = 300;

/** The region comes back; nobody asks for anything, and the missing copy appears. */
export async function repayDebt(story: OutageStory): Promise<StepOutcome<OutageStory>> {
  const { cli, stack, client, instance, lostRegion, point } = story;
  await untilInterrupted(cli.signal, stack.recover(lostRegion));
  await withinBudget(cli, repaySeconds, `${instance.id} is not protected again`, (limited) =>
    waitUntilProtected(limited, client, instance.id),
  );
  cli.out.say(`\n${describeCopies(await client.getPoint(point.id))}`);
  return { result: `${lostRegion} is back, its debt is repaid, the instance is protected`, next: story };
}

async function waitUntilProtected({ out, clock, signal }: Cli, client: CbcrClient, id: string): Promise<void> {
  const line = out.progress();
  const beganMs = clock.monotonicMs();
  try {
    for (;;) {
      const [instance, runs] = await Promise.all([client.getInstance(id), client.listRuns({ instance: id, limit: 5 })]);
      if (instance.protected) return line.update(`${id} is protected`);
      const active = runs.find(({ state }) => state === 'running' || state === 'queued');
      const debts = instance.debtList.map(({ region, reason }) => `owed in ${region}: ${reason.text}`).join('; ');
      line.update(active === undefined ? debts : describeProgress(active, clock.monotonicMs() - beganMs));
      await clock.sleep(pollMs, { signal });
    }
  } finally {
    line.end();
  }
}
