import { CbcrError } from '@cbcr/domain';
import { describeInstance } from '../../output/describe-instance.ts';
import type { ProtectedStory, StepOutcome, Story } from '../story.ts';

const instanceName = 'shop';

/** The customer's database, known to CBCR by a reference to a file that only its owner can read. */
export async function registerInstance(story: Story): Promise<StepOutcome<ProtectedStory>> {
  const { cli, client, file } = story;
  const [home] = file.regions;
  if (home === undefined) throw new CbcrError('cli.unexpected', { cause: 'the stack has no region' });
  const instance = await client.addInstance({
    id: instanceName,
    engine: 'postgres',
    home: home.id,
    policy: file.policy,
    connection: file.customerConnection,
  });
  cli.out.say(describeInstance(instance));
  const places = instance.placement.placed.map(({ region }) => region).join(', ');
  return { result: `its copies must live in ${places}`, next: { ...story, instance } };
}
