import { CbcrError } from '@cbcr/domain';
import { changeSampleDatabase } from '@cbcr/testkit';
import { describeDebts } from '../../output/describe-instance.ts';
import { backUpNow } from '../back-up-now.ts';
import type { OutageStory, ProtectedStory, StepOutcome } from '../story.ts';
import { untilInterrupted } from '../until-interrupted.ts';

/** A region that holds a copy dies while the customer goes on working; the next capture must not wait for it. */
export async function backUpInOutage(story: ProtectedStory): Promise<StepOutcome<OutageStory>> {
  const { cli, stack, file, instance } = story;
  const lostRegion = instance.placement.placed.find(({ role }) => role === 'secondary')?.region;
  if (lostRegion === undefined) throw new CbcrError('cli.unexpected', { cause: 'no region but the home region holds a copy' });
  await Promise.all([
    stack.outage(lostRegion).then(() => cli.out.say(`   ${lostRegion} is gone: its store and its workers were killed`)),
    untilInterrupted(cli.signal, changeSampleDatabase(file.customerUrl)).then(() => cli.out.say('   the customer changed some rows')),
  ]);
  const { point, ms } = await backUpNow(story);
  const debt = point.debts.find(({ region }) => region === lostRegion);
  if (debt === undefined) {
    throw new CbcrError('cli.unexpected', { cause: `${lostRegion} is down and owes no copy of ${point.id}` });
  }
  cli.out.say(['', describeDebts(point.debts)]);
  const verified = point.copies.filter(({ state }) => state === 'verified').length;
  return {
    result: `not blocked: ${verified} copies verified, the copy in ${lostRegion} is owed`,
    transfer: { bytes: point.plaintextBytes, ms },
    next: { ...story, lostRegion, point },
  };
}
