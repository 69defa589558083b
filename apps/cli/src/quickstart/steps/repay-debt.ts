import { followRun } from '../../follow-run.ts';
import { describeCopies } from '../../output/describe-point.ts';
import type { OutageStory, StepOutcome } from '../story.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { withinBudget } from '../within-budget.ts';

const repaySeconds = 120;
const pollMs = 250;

/** The region comes back; nobody asks for anything, and the missing copy appears. */
export async function repayDebt(story: OutageStory): Promise<StepOutcome<OutageStory>> {
  const { cli, stack, client, instance, lostRegion, point } = story;
  await untilInterrupted(cli.signal, stack.recover(lostRegion));
  const beganMs = cli.clock.monotonicMs();
  await withinBudget(cli, repaySeconds, `${instance.id} is not protected again`, (limited) =>
    waitUntilProtected({ ...story, cli: limited }),
  );
  const ms = cli.clock.monotonicMs() - beganMs;
  const repaid = await client.getPoint(point.id);
  cli.out.say(['', describeCopies(repaid)]);
  return {
    result: `${lostRegion} is back, its debt is repaid, the instance is protected`,
    transfer: { bytes: repaid.storedBytes, ms },
    next: story,
  };
}

/** Shows what the scheduler starts by itself in the region that is back. */
async function waitUntilProtected({ cli, client, instance: { id }, lostRegion }: OutageStory): Promise<void> {
  const line = cli.out.progress();
  for (;;) {
    const [instance, runs] = await Promise.all([client.getInstance(id), client.listRuns({ instance: id, limit: 10 })]);
    if (instance.protected) return line.end();
    const active = runs.find(({ state, region }) => region === lostRegion && (state === 'running' || state === 'queued'));
    if (active === undefined) {
      line.update(instance.debtList.map(({ region, reason }) => `owed in ${region}: ${reason.text}`).join('; '));
      await cli.clock.sleep(pollMs, { signal: cli.signal });
    } else {
      line.end();
      await followRun(cli, client, active);
    }
  }
}
