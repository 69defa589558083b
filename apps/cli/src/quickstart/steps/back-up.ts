import { CbcrError } from '@cbcr/domain';
import { backUpNow } from '../back-up-now.ts';
import type { ProtectedStory, StepOutcome } from '../story.ts';

export async function backUp(story: ProtectedStory): Promise<StepOutcome<ProtectedStory>> {
  const { point, ms } = await backUpNow(story);
  if (!point.protected) {
    const cause = point.debts.map(({ region, reason }) => `the copy in ${region} is owed: ${reason.text}`).join('; ');
    throw new CbcrError('run.failed', { run: point.run, cause });
  }
  return {
    result: `${point.copies.length} of ${point.copies.length} copies verified, the instance is protected`,
    transfer: { bytes: point.plaintextBytes, ms },
    next: story,
  };
}
